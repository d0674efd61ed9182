"""The refusal that the kinds of feedback have in common."""

from shared.refusal import Refusal


class InvalidValue(Refusal):
    """A value that the metric does not take."""

    code = "invalid_value"
