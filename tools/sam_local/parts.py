"""What `sam local` needs besides the SAM CLI, made once a checkout: an engine, and an image.

Both are folders in .tools, made again when what they are made of changes.
"""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tools.emulator import ROOT
from tools.interpreter import UV
from tools.sam_local.archive import Lock, install

HOME = ROOT / ".tools/sam-local"
ENGINE = HOME / "engine"
IMAGE = HOME / "image"
PYTHON = "python3.13"
LOCKS = ROOT / "requirements"
CLIENT = LOCKS / "lambda.txt"
"""Lambda's runtime client."""

_BOOTSTRAP = f"""\
#!/bin/sh
export AWS_EXECUTION_ENV=AWS_Lambda_{PYTHON}
export PYTHONPATH=/opt/python/lib/{PYTHON}/site-packages:/opt/python:/var/runtime
exec /var/lang/bin/{PYTHON} -m awslambdaric "$_HANDLER"
"""
_COMMANDS = ("sh", "mv", "cp", "rm", "chmod")
"""What SAM's own Dockerfile runs in an image."""


def prepare() -> None:
    """Make the engine and the image, where they are not there yet. Raises Unavailable."""
    _make(ENGINE, _engine, LOCKS / "engine.txt")
    _make(IMAGE, _image, LOCKS / "image.txt", CLIENT)


def _make(folder: Path, make: Callable[[Path], None], *sources: Path) -> None:
    """Make a folder unless it is there, made of the same sources by the same code."""
    digest = hashlib.sha256(b"".join(one.read_bytes() for one in (Path(__file__), *sources)))
    made = folder / f".made-of-{digest.hexdigest()}"
    if made.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    make(folder)
    made.touch()


def _engine(folder: Path) -> None:
    install(Lock.parse((LOCKS / "engine.txt").read_text("utf-8")), folder)


def _image(root: Path) -> None:
    """Make what a Lambda sees of AWS's image: its Python, the runtime client, C libraries."""
    for folder in ("usr/bin", "usr/lib", "usr/lib64", "dev", "etc", "opt", "proc", "sys", "tmp"):
        (root / folder).mkdir(parents=True)
    for link in ("bin", "lib", "lib64"):
        (root / link).symlink_to(f"usr/{link}")
    install(Lock.parse((LOCKS / "image.txt").read_text("utf-8")), root)
    for command in _COMMANDS:
        (root / "usr/bin" / command).symlink_to("busybox")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n", "utf-8")
    (root / "tmp").chmod(0o1777)
    for folder in ("lang/bin", "runtime", "task", "rapid"):
        (root / "var" / folder).mkdir(parents=True)
    (root / "var/lang/bin" / PYTHON).symlink_to(f"/usr/bin/{PYTHON}")
    bootstrap = root / "var/runtime/bootstrap"
    bootstrap.write_text(_BOOTSTRAP, "utf-8")
    bootstrap.chmod(0o755)
    subprocess.run(
        [
            *(UV, "pip", "install", "--quiet", "--require-hashes", "--no-deps"),
            *("--python-version", PYTHON.removeprefix("python"), "--only-binary", ":all:"),
            *("--python-platform", "x86_64-manylinux_2_28", "--requirements", CLIENT),
            *("--target", root / "var/runtime"),
        ],
        check=True,
    )
    modules = (f"/usr/lib/{PYTHON}", "/var/runtime")
    compiler = ("/usr/bin/" + PYTHON, "-m", "compileall", "-q", *modules)
    subprocess.run(["chroot", root, *compiler], check=True)
