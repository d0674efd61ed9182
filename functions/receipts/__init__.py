"""GET /internal/feedback/{target_id}/{feedback_id}: whether feedback is stored, and as what."""
