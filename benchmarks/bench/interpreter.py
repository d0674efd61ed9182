"""The Pythons that are measured: Lambda's own version where it is found, and this one."""

import json
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
ASK = """
import json, platform, sysconfig
print(json.dumps([platform.python_version(), sysconfig.get_path("purelib")]))
"""
ARCHITECTURES = {"x86_64": "x86_64", "aarch64": "arm64"}
"""This machine's, as the build calls it."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One Python, and the packages that are installed for it."""

    program: str
    version: str
    packages: Path
    """Where the SDK and Lambda's runtime client lie as they come from PyPI."""

    @classmethod
    def of(cls, program: str) -> Self:
        """Ask it."""
        asked = subprocess.run([program, "-c", ASK], capture_output=True, check=True).stdout
        version, packages = json.loads(asked)
        # Not resolved: by its own place an environment knows its packages.
        return cls(str(Path(program).absolute()), version, Path(packages))

    @property
    def build_for(self) -> str:
        """For what the functions and layers are built; raises SystemExit if none is that Python.

        For this environment's own Python, or for Lambda's on this machine's architecture.
        """
        if self.packages == type(self).of(sys.executable).packages:
            return "local"
        runtime = re.search(r"Runtime: python(\S+)", (ROOT / "template.yaml").read_text("utf-8"))
        if runtime is None or not self.version.startswith(f"{runtime[1]}."):
            raise SystemExit(f"{self.program}: neither Lambda's version of Python nor this one")
        return ARCHITECTURES[platform.machine()]
