"""The authorizer in front of every route: whose request this is, and whether it may be made."""
