"""Trim an installed tree of packages to what verifies a token: `python -m layers.jwt.slim TREE`.

cryptography needs the compiled half of cffi, and not the one that reads C headers.
"""

import sys
from pathlib import Path

from layers.leftovers import remove

LEFTOVERS = ("cffi", "pycparser", "pycparser-*.dist-info")

if __name__ == "__main__":
    remove(Path(sys.argv[1]), *LEFTOVERS)
