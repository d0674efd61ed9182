"""Tags: which names are TensorZero's own, and what an evaluation's tags must say."""

from collections.abc import Mapping

from shared.caller import AUTHOR, KEY_ID
from shared.errors import IncompleteEvaluation, ReservedTag, TagLimitExceeded, excerpt

PREFIX = "tensorzero::"
INTERNAL = "tensorzero::internal"
DATAPOINT = "tensorzero::datapoint_id"
EVALUATOR = "tensorzero::evaluator_inference_id"
HUMAN = "tensorzero::human_feedback"
OF_TOKENS = frozenset({KEY_ID, AUTHOR})
"""What only the authorizer says of feedback, and not even internal feedback of itself."""
MOST = 512
"""How many tags feedback may have."""
LONGEST_NAME = 1_024
LONGEST_VALUE = 65_536
"""How long a tag's name and value may be, in characters."""


def admit(tags: Mapping[str, str], *, internal: bool) -> dict[str, str]:
    """Give the tags to store. Raises ReservedTag, IncompleteEvaluation and TagLimitExceeded.

    Internal feedback may bear reserved tags, and always says that it is internal. The tags of
    an end user's token are the token's alone.
    """
    _require_own(tags, internal=internal)
    if internal and DATAPOINT in tags and HUMAN in tags and EVALUATOR not in tags:
        raise IncompleteEvaluation(
            f"{EVALUATOR} is required when {DATAPOINT} and {HUMAN} are provided"
        )
    _check_limits(tags)
    return {**tags, INTERNAL: "true"} if internal else dict(tags)


def _require_own(tags: Mapping[str, str], *, internal: bool) -> None:
    for name in tags:
        if name.startswith(PREFIX) and not internal:
            raise ReservedTag(f"Tag name cannot start with '{PREFIX}': {excerpt(name)}")
        if name in OF_TOKENS:
            raise ReservedTag(f"tags.{name}: only an end user's token sets it")


def _check_limits(tags: Mapping[str, str]) -> None:
    if len(tags) > MOST:
        raise TagLimitExceeded(f"tags: at most {MOST} tags can be given, found {len(tags)}")
    for name, value in tags.items():
        if len(name) > LONGEST_NAME or len(value) > LONGEST_VALUE:
            raise TagLimitExceeded(
                f"tags.{excerpt(name)}: a name has at most {LONGEST_NAME} characters and a value "
                f"{LONGEST_VALUE}, found {len(name)} and {len(value)}"
            )
