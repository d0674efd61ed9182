"""`make bench`: what a cold start and a request cost, in instructions, beside the bare SDK."""
