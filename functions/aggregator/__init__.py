"""Keeps the aggregates, told of changes by the tables' streams."""
