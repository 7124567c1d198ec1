"""The hotline put together: calls from every way in, served by the conversation, the desk and the voices of this house."""
