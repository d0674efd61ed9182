"""The command line: checks a configuration, lists it, and writes the config layer out of it."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from configuration.error import ConfigurationError
from configuration.layer import is_replaceable, write
from configuration.loading import Configuration, load
from configuration.neighbours import unread
from configuration.summary import summary

EVERY_FILE = "**/*.toml"


def main(arguments: Sequence[str]) -> int:
    """Check the configuration, write it if asked to, and list what it holds; 1 if it is refused.

    Problems go to standard error. Warnings follow the list on standard output: `sam build` shows
    the other only of a build that fails.
    """
    parser = argparse.ArgumentParser(prog="python -m configuration", description=__doc__)
    parser.add_argument(
        "files",
        metavar="PATH_OR_GLOB",
        nargs="?",
        default=EVERY_FILE,
        help="a file, or a quoted glob over several (default: every .toml file of this folder)",
    )
    parser.add_argument("--into", metavar="DIR", type=Path, help="write the compiled package here")
    options = parser.parse_args(arguments)
    if options.into is not None and not is_replaceable(options.into):
        parser.error(f"{options.into} holds something else than a compiled configuration")
    try:
        configuration = load(options.files)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.into is not None:
        write(configuration, options.into)
    sys.stdout.write(f"{summary(configuration)}\n")
    for warning in (*configuration.warnings, *_not_read(configuration)):
        sys.stdout.write(f"WARNING: {warning}\n")
    return 0


def _not_read(configuration: Configuration) -> Iterator[str]:
    for path in unread(configuration.files):
        yield f"{path}: not read; is it a part of the configuration?"
