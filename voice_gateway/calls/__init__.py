"""A call as it runs: the machine joined to a way in, an ear, a mouth, the bot and the people."""
