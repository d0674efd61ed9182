"""Tags: which names are TensorZero's own, and what an evaluation's tags must say."""

from collections.abc import Mapping

from runtime.errors import IncompleteEvaluation, ReservedTag, excerpt

PREFIX = "tensorzero::"
INTERNAL = "tensorzero::internal"
DATAPOINT = "tensorzero::datapoint_id"
EVALUATOR = "tensorzero::evaluator_inference_id"
HUMAN = "tensorzero::human_feedback"


def admit(tags: Mapping[str, str], *, internal: bool) -> dict[str, str]:
    """Give the tags to store. Raises ReservedTag and IncompleteEvaluation.

    Internal feedback may bear reserved tags, and always says that it is internal.
    """
    if not internal:
        for name in tags:
            if name.startswith(PREFIX):
                raise ReservedTag(f"Tag name cannot start with '{PREFIX}': {excerpt(name)}")
        return dict(tags)
    if DATAPOINT in tags and HUMAN in tags and EVALUATOR not in tags:
        raise IncompleteEvaluation(
            f"{EVALUATOR} is required when {DATAPOINT} and {HUMAN} are provided"
        )
    return {**tags, INTERNAL: "true"}
