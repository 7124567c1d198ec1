"""One conversation per customer, whatever the channel: order, memory, and the way to Rasa."""
