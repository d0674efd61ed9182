"""Tags: which names TensorZero reserves, which belong together, and how many there may be."""

from collections.abc import Mapping

from shared.refusal import Refusal, excerpt
from shared.reserved import AUTHOR, DATAPOINT, EVALUATOR, HUMAN, INTERNAL, KEY_ID, PREFIX

OF_TOKENS = frozenset({KEY_ID, AUTHOR})
"""Tags that only the authorizer sets: not even internal feedback may have them."""
MAX_TAGS = 512
"""How many tags feedback may have."""
MAX_NAME = 1_024
MAX_VALUE = 65_536
"""How long a tag's name and value may be, in characters."""


class ReservedTag(Refusal):
    """A tag of TensorZero's own, without `internal`."""

    code = "reserved_tag"


class TagLimitExceeded(Refusal):
    """More or longer tags than feedback may have."""

    code = "tag_limit_exceeded"


class IncompleteEvaluation(Refusal):
    """Evaluation tags without the evaluator's inference."""

    code = "incomplete_evaluation"


def admit(tags: Mapping[str, str], *, internal: bool) -> dict[str, str]:
    """Return the tags to store. Raises ReservedTag, IncompleteEvaluation and TagLimitExceeded.

    Internal feedback may have reserved tags, and is always tagged as internal. The tags of an end
    user's token are set by the authorizer only.
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
        if not name.startswith(PREFIX):
            continue
        if not internal:
            raise ReservedTag(f"Tag name cannot start with '{PREFIX}': {excerpt(name)}")
        if name in OF_TOKENS:
            raise ReservedTag(f"tags.{name}: only an end user's token sets it")


def _check_limits(tags: Mapping[str, str]) -> None:
    if len(tags) > MAX_TAGS:
        raise TagLimitExceeded(f"tags: at most {MAX_TAGS} tags can be given, found {len(tags)}")
    for name, value in tags.items():
        if not name:
            raise TagLimitExceeded("tags: a name has at least 1 character, found an empty one")
        if len(name) > MAX_NAME or len(value) > MAX_VALUE:
            raise TagLimitExceeded(
                f"tags.{excerpt(name)}: a name has at most {MAX_NAME} characters and a value "
                f"{MAX_VALUE}, found {len(name)} and {len(value)}"
            )
