"""Put bytecode beside the sources of a tree that Lambda will run.

Lambda's disk is read-only: without valid bytecode every cold start compiles everything again. Its
files are "unchecked hash" ones, which stay valid whatever the times of the files in a zip are.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tools.interpreter import find


def compile_tree(tree: Path, *, python: str, shipped_as: str) -> None:
    """Compile every module, its path in tracebacks being the one that it will have on Lambda."""
    subprocess.run(
        [
            *(python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
            *("-s", str(tree), "-p", shipped_as, str(tree)),
        ],
        env={"PYTHONHASHSEED": "0"},  # or the bytecode of a set differs from build to build
        check=True,
    )


def main() -> None:
    """Compile with the interpreter asked for. Without one, warn: the code runs without bytecode.

    With REQUIRE_BYTECODE=1, which a release's build sets, that is an error.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--python", required=True, help="a version, or an interpreter's path")
    parser.add_argument("--shipped-as", required=True, help="where the tree will lie on Lambda")
    asked = parser.parse_args()

    python = asked.python if "/" in asked.python else find(asked.python, fetch=True)
    if python is None:
        required = os.environ.get("REQUIRE_BYTECODE") == "1"
        sys.stderr.write(
            f"{'ERROR' if required else 'WARNING'}: no Python {asked.python} here and none could be"
            " fetched: the build has no bytecode, which makes every cold start about three times as"
            " long.\n"
        )
        sys.exit(int(required))
    compile_tree(asked.tree.resolve(), python=python, shipped_as=asked.shipped_as)


if __name__ == "__main__":
    main()
