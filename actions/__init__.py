"""What the bot can do, one file a topic: parse slots, call a service, reply."""
