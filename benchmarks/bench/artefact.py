"""Builds what the benchmark measures, by the Makefiles that `sam build` runs."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench.interpreter import ROOT

CONFIGURATION = Path(__file__).parent / "configuration"
FUNCTIONS = ("submit", "batch", "reads", "inferences", "authorizer")
TIMEOUT = 300
"""Seconds that one build may take."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """What lies on Lambda, for one Python."""

    functions: dict[str, Path]
    """/var/task, by the functions' packages."""
    dependencies: Path
    """/opt/python of the dependencies layer."""
    jwt: Path
    """/opt/python of the authorizer's own layer."""
    configurations: dict[bool, Path]
    """/opt/python of the config layer, with target validation and without."""


def build(folder: Path, build_for: str) -> Artefact:
    """Build the functions, the layers, and two config layers."""
    metrics, both = CONFIGURATION / "tensorzero.toml", CONFIGURATION / "*.toml"

    def make(source: str, target: str, into: str, config: Path | None = None) -> Path:
        return _make(source, target, folder / into, build_for, config)

    return Artefact(
        {name: make("functions", f"{name.title()}Function", name) for name in FUNCTIONS},
        make("layers/dependencies", "DependenciesLayer", "dependencies") / "python",
        make("layers/jwt", "JwtLayer", "jwt") / "python",
        {
            True: make("layers/config", "ConfigLayer", "config", metrics) / "python",
            False: make("layers/config", "ConfigLayer", "unvalidated", both) / "python",
        },
    )


def _make(source: str, target: str, into: Path, build_for: str, config: Path | None) -> Path:
    into.mkdir(parents=True)
    command = ["make", "-C", str(ROOT / source), f"build-{target}", f"ARTIFACTS_DIR={into}"]
    command += [f"BUILD_FOR={build_for}"] + ([] if config is None else [f"CONFIG={config}"])
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
