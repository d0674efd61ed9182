"""A terminal: bash, which runs one block of a document after another."""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO


class CommandFailed(Exception):
    """A command ended with a status other than 0; the text is what was printed."""


class Terminal:
    """What a block sets, the next block has."""

    def __init__(self, typed: IO[str], printed: IO[str], errors: Path) -> None:
        """Take where to write commands, where to read output, and the file that errors go to."""
        self._typed = typed
        self._printed = printed
        self._errors = errors

    def run(self, block: str) -> str:
        """Run a block; give what it printed on standard output. Raises CommandFailed."""
        self._typed.write(f"{block}\nprintf '\\0\\n'\n")
        self._typed.flush()
        lines = list[str]()
        for line in self._printed:
            text, end, _ = line.partition("\0")
            lines.append(text)
            if end:
                return "".join(lines)
        raise CommandFailed(f"{block}\n{self._errors.read_text('utf-8', 'replace')[-5000:]}")


@contextlib.contextmanager
def terminal(
    folder: Path, errors: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """Open one in a folder, for as long as the block lasts; it ends at the first failure."""
    with (
        errors.open("wb") as log,
        subprocess.Popen(
            ["bash", "-euo", "pipefail"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Terminal(process.stdin, process.stdout, errors)
        finally:
            process.kill()
