"""A report on a function's feedback, as one HTML file."""
