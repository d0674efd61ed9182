"""A rejection: why the authorizer does not let a request through.

Each is defined beside the rule that raises it. API Gateway answers all of them alike, and its text
cannot be chosen: an operator finds the code and the reason in the log. No reason repeats what a
caller sent.
"""

from typing import ClassVar


class Rejection(Exception):
    """The request is not let through; the text says why, in TensorZero's words where they fit."""

    code: ClassVar[str]
