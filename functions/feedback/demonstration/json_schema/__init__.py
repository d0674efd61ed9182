"""JSON Schemas that come with data: a child process checks values against them."""
