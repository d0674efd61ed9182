"""The authorizer in front of every route: who calls, and whether they may."""
