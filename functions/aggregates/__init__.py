"""What aggregates are made of, for the Lambda that keeps them and for those who read them."""
