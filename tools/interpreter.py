"""Find a Python of another version that really runs: `python -m tools.interpreter 3.13`."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = ROOT / ".tools/uv/bin/uv"


def find(version: str, *, fetch: bool = False) -> str | None:
    """Return the path of an interpreter: installed here, or fetched into .tools if asked to."""
    environment = {
        **os.environ,
        "PYENV_VERSION": version,  # pyenv's shims refuse to run any version but the chosen one
        "UV_HTTP_RETRIES": "0",
        "UV_PYTHON_DOWNLOADS": "manual",
        "UV_PYTHON_INSTALL_DIR": str(ROOT / ".tools/python"),
    }

    def uv(*arguments: str) -> str:
        return subprocess.run(
            [UV, "python", *arguments, version],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()

    found = uv("find", "--system")
    if not found and fetch:
        uv("install", "--no-bin")
        found = uv("find", "--system")
    return found or None


if __name__ == "__main__":
    print(find(sys.argv[1]) or "")
