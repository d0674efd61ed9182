"""Feedback on one target: lists of it, and what it is as a whole."""
