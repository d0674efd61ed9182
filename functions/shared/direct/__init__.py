"""A small DynamoDB client for calls that succeed; every other call is made by the SDK."""
