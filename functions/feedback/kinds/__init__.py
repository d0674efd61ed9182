"""One module a kind of feedback, and the table of them all."""
