"""The conversation: Rasa rules and stories, the gateway, chat channels, one conversation per customer."""
