"""POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback: labels, read back."""
