"""The locks in requirements/: they say the same, and nothing about the machine that wrote them."""

import re
from pathlib import Path

import pytest

LOCKS = Path(__file__).resolve().parents[2] / "requirements"


def pins(lock: str) -> set[str]:
    """Give the lines that name a package and its version."""
    return set(re.findall(r"^[\w.-]+==\S+", (LOCKS / lock).read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("layer", ["jwt.txt", "runtime.txt"])
def test_developers_run_what_the_layers_ship(layer: str) -> None:
    """Every package of a layer is in the developer's environment at the same version."""
    assert pins(layer) <= pins("dev.txt")


def test_no_package_is_in_two_layers() -> None:
    """The authorizer has both of them, and would load either."""
    names = [{pin.partition("==")[0] for pin in pins(lock)} for lock in ("jwt.txt", "runtime.txt")]

    assert not set.intersection(*names)


@pytest.mark.parametrize("lock", sorted(path.name for path in LOCKS.iterdir()))
def test_a_lock_has_hashes_and_no_address(lock: str) -> None:
    """So it installs from whatever registry a machine uses, and only what was locked."""
    text = (LOCKS / lock).read_text("utf-8")

    assert "://" not in text
    assert text.count("==") <= text.count("--hash=sha256:")
