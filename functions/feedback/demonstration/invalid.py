"""The refusals that the rules of demonstrations have in common."""

from shared.refusal import Refusal


class InvalidDemonstration(Refusal):
    """A demonstration that its function could not have answered."""

    code = "invalid_demonstration"


class InvalidSchema(Refusal):
    """A recorded schema that does not compile, or asks for too much work."""

    code = "invalid_schema"
