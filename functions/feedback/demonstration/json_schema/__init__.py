"""JSON Schemas that come with data: validated by a library, and bounded in what they cost."""
