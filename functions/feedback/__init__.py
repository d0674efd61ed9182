"""POST /feedback: from a request to a stored row."""
