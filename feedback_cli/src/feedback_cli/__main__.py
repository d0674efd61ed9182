"""Runs the command: `python -m feedback_cli`."""

from feedback_cli.command import main

main()
