"""The tables, by the environment variables that hold their names."""

from collections.abc import Mapping

_SUFFIX = "_TABLE"


def tables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return every table's name on AWS, by its key: `BOOLEAN_TABLE` gives `boolean`.

    The table of a kind of feedback has the kind's name as its key.
    """
    return {
        name.removesuffix(_SUFFIX).lower(): value
        for name, value in environment.items()
        if name.endswith(_SUFFIX)
    }
