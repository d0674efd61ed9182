"""What feedback is: its kinds, its rules, and the rows it is stored as."""
