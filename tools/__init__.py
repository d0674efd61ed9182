"""What developers run: the local stack, its builds and its measurements. Nothing here is shipped."""
