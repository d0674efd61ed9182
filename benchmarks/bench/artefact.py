"""Builds what the benchmark measures, by the Makefiles that `sam build` runs."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIGURATION = Path(__file__).parent / "configuration"
TIMEOUT = 300
"""Seconds that one build may take."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """What lies on Lambda, for this machine's Python."""

    function: Path
    """/var/task"""
    dependencies: Path
    """/opt/python of the dependencies layer."""
    configurations: dict[bool, Path]
    """/opt/python of the config layer, with target validation and without."""


def build(folder: Path) -> Artefact:
    """Build the feedback function, the dependencies layer, and two config layers."""
    metrics, both = CONFIGURATION / "tensorzero.toml", CONFIGURATION / "*.toml"
    return Artefact(
        _make("functions", "SubmitFunction", folder / "function"),
        _make("layers/dependencies", "DependenciesLayer", folder / "dependencies") / "python",
        {
            True: _make("layers/config", "ConfigLayer", folder / "config", metrics) / "python",
            False: _make("layers/config", "ConfigLayer", folder / "unvalidated", both) / "python",
        },
    )


def _make(source: str, target: str, into: Path, config: Path | None = None) -> Path:
    into.mkdir(parents=True)
    command = ["make", "-C", str(ROOT / source), f"build-{target}", f"ARTIFACTS_DIR={into}"]
    command += ["BUILD_FOR=local"] + ([] if config is None else [f"CONFIG={config}"])
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    built = subprocess.run(
        command,
        env=outside,  # without the options of a `make bench` that called
        timeout=TIMEOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if built.returncode:
        raise SystemExit(f"make build-{target} failed:\n{built.stdout}")
    return into
