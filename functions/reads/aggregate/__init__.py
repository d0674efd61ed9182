"""What the feedback on all inferences of a function adds up to: answered from aggregates."""
