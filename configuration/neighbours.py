"""Finds configuration files that lie beside those that were read."""

from collections.abc import Collection
from glob import glob
from pathlib import Path

from configuration.error import ConfigurationError
from configuration.keys import ROOT
from configuration.source import parse


def unread(files: Collection[Path]) -> tuple[Path, ...]:
    """Return the configuration files in the folders of ``files``, and below, that are not read.

    A TOML file is one if it has a section of TensorZero's, or if it cannot be parsed. Hidden files
    and folders are left out.
    """
    read = {file.resolve() for file in files}
    beside = {
        folder / name
        for folder in {file.parent for file in files}
        # Path.glob finds hidden files as well.
        for name in glob("**/*.toml", root_dir=folder, recursive=True)  # noqa: PTH207
    }
    others = (path for path in beside if path.is_file() and path.resolve() not in read)
    return tuple(sorted(path for path in others if _is_configuration(path)))


def _is_configuration(path: Path) -> bool:
    try:
        return not parse(path).keys().isdisjoint(ROOT.known)
    except ConfigurationError:
        return True
