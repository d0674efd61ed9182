"""Demonstrations: what an inference should have answered, checked as an answer of its function."""
