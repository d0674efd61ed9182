"""The names that TensorZero keeps for itself: they begin with `tensorzero::`."""

PREFIX = "tensorzero::"

# Tags that say what feedback is.
INTERNAL = "tensorzero::internal"
DATAPOINT = "tensorzero::datapoint_id"
EVALUATOR = "tensorzero::evaluator_inference_id"
HUMAN = "tensorzero::human_feedback"

# Tags that say who gave feedback; the authorizer sets them, and no caller can.
PUBLIC_ID = "tensorzero::api_key_public_id"
KEY_ID = "tensorzero::token_key_id"
AUTHOR = "tensorzero::token_author"

# Functions that no configuration defines.
DEFAULT_FUNCTION = "tensorzero::default"
"""The chat function of an inference that was made by `model_name`."""
JUDGE = "tensorzero::llm_judge"
"""How the names of an evaluation's judges begin; they are JSON functions."""
