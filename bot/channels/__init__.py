"""Doors to the conversation: REST for programs, websocket for the page. They only translate."""
