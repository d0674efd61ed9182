"""How the aggregates grow: a million votes on one metric, simulated."""
