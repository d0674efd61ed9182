"""The refusal that the rules of demonstrations have in common."""

from shared.refusal import Refusal


class InvalidDemonstration(Refusal):
    """A demonstration that its function could not have answered."""

    code = "invalid_demonstration"
