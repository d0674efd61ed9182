"""The commands of docs/sam-local.md, in their order."""

from tests.docs.markdown import Document

COMMANDS = [
    content for language, content in Document.at("docs/sam-local.md").blocks() if language == "sh"
]
MAKE = "BUILD_FOR="
"""Begins the command that may need the network."""
SERVE = "sam local start-lambda"
"""Begins the command that does not end by itself."""
