"""Every route that only reads: receipts, labels, status and health."""
