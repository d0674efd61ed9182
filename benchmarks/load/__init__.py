"""`make load`: many requests of every kind at the local stack, and an audit of what is stored."""
