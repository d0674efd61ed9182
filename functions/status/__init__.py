"""GET /status and GET /health."""
