"""How large an answer is in what Lambda returns."""

import json
from typing import Any

from shared.document import dump

MAX_ANSWER = 6_000_000
"""How many bytes the rows of an answer take at most: Lambda returns 6 MB, with all around them."""


def size(value: Any) -> int:  # noqa: ANN401 - JSON
    """Count a value's bytes in what Lambda returns: its JSON is a string there, quoted once more.

    Lambda's runtime escapes two characters besides those that JSON must.
    """
    text = dump(value)
    separators = text.count("\u2028") + text.count("\u2029")
    return len(json.dumps(text, ensure_ascii=False).encode()) + 3 * separators
