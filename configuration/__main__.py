"""Runs the command: ``python -m configuration [PATH_OR_GLOB] [--into DIR]``."""

import sys

from configuration.command import main

sys.exit(main(sys.argv[1:]))
