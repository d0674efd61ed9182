"""POST /feedback/batch: many requests in one, each answered as if it were alone."""
