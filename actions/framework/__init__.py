"""What every action shares: the turn, the reply catalogue, questions and tasks of several turns."""
