"""The command line: checks a configuration, and writes the config layer out of it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from configuration.catalog import Catalog, load
from configuration.error import ConfigurationError
from configuration.layer import is_replaceable, write


def main(arguments: Sequence[str]) -> int:
    """Check the configuration, write it if asked to, and say in one line what it holds."""
    parser = argparse.ArgumentParser(prog="python -m configuration", description=__doc__)
    parser.add_argument("files", metavar="PATH_OR_GLOB", help="tensorzero.toml, or a quoted glob")
    parser.add_argument("--into", metavar="DIR", type=Path, help="write the compiled package here")
    options = parser.parse_args(arguments)
    if options.into is not None and not is_replaceable(options.into):
        parser.error(f"{options.into} holds something else than a compiled configuration")
    try:
        catalog = load(options.files)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.into is not None:
        write(catalog, options.into)
    sys.stdout.write(f"{_summary(catalog)}\n")
    return 0


def _summary(catalog: Catalog) -> str:
    counts = ", ".join(
        f"{len(things)} {kind}{'' if len(things) == 1 else 's'}"
        for kind, things in (
            ("metric", catalog.metrics),
            ("function", catalog.functions),
            ("tool", catalog.tools),
        )
    )
    return f"{counts}, snapshot {catalog.snapshot_hash}"
