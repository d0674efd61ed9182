"""Why `sam local` cannot run on a machine."""

CANNOT = 77
"""The exit status that stands for it."""


class Unavailable(Exception):
    """The machine cannot run `sam local`; the text is the reason, in one line."""
