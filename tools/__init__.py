"""What developers run: the local stack, builds and measurements. Nothing here is shipped."""
