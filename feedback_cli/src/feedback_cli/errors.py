"""What can go wrong, told in one line."""


class Failure(Exception):
    """The command cannot do what was asked; its text says why, and what to do."""
