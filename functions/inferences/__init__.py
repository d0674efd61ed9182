"""POST /internal/inferences: what may be given feedback on."""
