"""Staff of the operator: accounts, sign-in, sessions, what they did. For the editors' pages and the agents' desk."""
