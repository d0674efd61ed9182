"""What the documents say of routes, fields, parameters and refusals: their tables are read here."""

import re

from tests.docs.markdown import codes, rows

_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def _plain(cell: str) -> str:
    """Take the links out of a cell: they lead from its document."""
    return _LINK.sub(r"\1", cell)


def _meanings(*columns: str) -> list[tuple[str, str]]:
    """Return the first column's code and the last column's text, of each row."""
    return [(codes(row[0])[0], _plain(row[-1])) for row in rows(*columns)]


_FIELDS = _meanings("field", "type", "meaning")

ROUTES = {
    codes(row[0])[0]: _plain(row[1]) for row in rows("route", "what it does", "scope of the key")
}
"""What each route does."""
FEEDBACK_FIELDS = dict(reversed(_FIELDS))
"""What the fields of feedback mean: theirs is the first of the tables."""
INFERENCE_FIELDS = dict(_FIELDS)
"""What the fields of a recorded inference mean: theirs is the last."""
LIST_PARAMETERS = dict(_meanings("parameter of a list", "default", "means"))
"""What the parameters of a list mean."""
LISTING_FIELDS = dict(_meanings("field", "default", "means"))
"""What the fields of a list of inferences mean."""
REFUSALS = dict(_meanings("code", "status", "meaning"))
"""What each code means."""
