"""Inferences of a function, by their feedback."""
