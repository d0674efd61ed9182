"""What no Lambda reads of an installed tree of packages. Licences and METADATA stay."""

import shutil
from pathlib import Path

# An installer's notes, and what only a developer reads.
ANY_PACKAGES = (
    ".lock",
    "bin",
    "**/__pycache__",
    "**/*.pyi",
    "*.dist-info/INSTALLER",
    "*.dist-info/RECORD",
    "*.dist-info/REQUESTED",
    "*.dist-info/WHEEL",
    "*.dist-info/sboms",
)


def remove(tree: Path, *of_these_packages: str) -> None:
    """Remove what any package leaves, and what these do."""
    for pattern in (*ANY_PACKAGES, *of_these_packages):
        for path in list(tree.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
