"""Run a command where `sam local` works, in namespaces of its own; nothing outlives it.

The network, the mounts and the processes of what runs there are seen by nobody else, and have no
way out: what listens on 127.0.0.1 there is reached by containers as `host.docker.internal`.
"""

import contextlib
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.emulator import ROOT
from tools.sam_local.errors import CANNOT, Unavailable
from tools.sam_local.parts import ENGINE, prepare

PROGRAMS = ("apt-get", "chroot", "dpkg", "mount", "setpriv", "tar", "unshare")
CGROUP = "sam-local-"
# The process dies with the one that started it, however that ends, and all that it started too.
NAMESPACES = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc"),
)


def run(command: Sequence[str]) -> int:
    """Run a command there; give its exit status. Raises Unavailable."""
    check()
    prepare()
    with _cgroup() as name:
        process = subprocess.Popen(
            [
                *("nice", "-n", "5", *NAMESPACES, ENGINE / "usr/bin/tini-static", "--"),
                *(sys.executable, "-m", "tools.sam_local.inside", name, *command),
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *_path()])},
        )
        try:
            return process.wait()
        finally:
            process.kill()  # process 1 of the namespaces dies of it, and with it all the others
            process.wait()


def _path() -> list[str]:
    return [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]


def check() -> None:
    """Raise Unavailable where it is plain that it cannot be done."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise Unavailable("the engine and the image are made for Linux on x86_64")
    if os.geteuid() != 0:
        raise Unavailable("namespaces and mounts need root")
    if missing := [name for name in PROGRAMS if shutil.which(name) is None]:
        raise Unavailable(f"{', '.join(missing)} cannot be found")
    done = subprocess.run([*NAMESPACES, "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"namespaces cannot be made here: {done.stderr.strip()}")


@contextlib.contextmanager
def _cgroup() -> Iterator[str]:
    """Name the control group of our containers, and remove it, and what dead runs left."""
    name = f"{CGROUP}{os.getpid()}"
    try:
        yield name
    finally:
        for folder in Path("/sys/fs/cgroup").glob(f"**/{CGROUP}*"):
            owner = int(folder.name.removeprefix(CGROUP))
            if owner == os.getpid() or not Path(f"/proc/{owner}").exists():
                _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a control group and its children, as soon as their processes are gone."""
    deadline = time.monotonic() + 10
    children = [path for path in folder.rglob("*") if path.is_dir()]
    for path in (*sorted(children, reverse=True), folder):
        while time.monotonic() < deadline:
            try:
                path.rmdir()
            except FileNotFoundError:
                break
            except OSError:
                time.sleep(0.05)
            else:
                break


def main(command: Sequence[str]) -> int:
    """Run a command. CANNOT: it cannot be done on this machine, and standard error says why."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return run(command)
    except Unavailable as reason:
        sys.stderr.write(f"sam local cannot run here: {reason}\n")
        return CANNOT
    except KeyboardInterrupt:
        return 130
