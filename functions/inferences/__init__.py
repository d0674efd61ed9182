"""POST /internal/inferences, and batches of them: what may be given feedback on."""
