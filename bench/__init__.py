"""How fast and how sure Yida is, side by side with the same bot on stock Rasa: `make bench`."""
