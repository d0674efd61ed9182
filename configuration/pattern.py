"""Finds the files that a path or a glob names."""

import re
from collections.abc import Iterator
from glob import glob
from pathlib import Path

from configuration.error import ConfigurationError

NO_MATCH = (
    "No files matched the glob pattern. "
    "Ensure that the path exists, and contains at least one file."
)
# The innermost braces: nested ones are expanded from the inside out.
_BRACES = re.compile(r"\{([^{}]*)\}")


def find(pattern: str) -> tuple[Path, ...]:
    """Return the files that ``pattern`` names, sorted by path.

    ``*`` and ``?`` stay inside a folder, ``**`` recurses, ``{a,b}`` is either; hidden files count.
    """
    if Path(pattern).is_file():
        return (Path(pattern),)
    if Path(pattern).is_dir():
        hint = f"It is a directory: name a file in it, or a glob such as `{pattern}/**/*.toml`."
        raise ConfigurationError(f"{pattern}: {NO_MATCH} {hint}")
    found = {
        Path(match)
        for simple in _without_braces(pattern)
        # Path.glob's `**` and its symbolic links depend on the version of Python.
        for match in glob(simple, recursive=True, include_hidden=True)  # noqa: PTH207
    }
    files = tuple(sorted(path for path in found if path.is_file()))
    if not files:
        raise ConfigurationError(f"{pattern}: {NO_MATCH}")
    return files


def _without_braces(pattern: str) -> Iterator[str]:
    braces = _BRACES.search(pattern)
    if braces is None:
        yield pattern
        return
    for choice in braces[1].split(","):
        yield from _without_braces(pattern[: braces.start()] + choice + pattern[braces.end() :])
