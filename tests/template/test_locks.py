"""The locks in requirements/: they say the same, and nothing about the machine that wrote them."""

import re

import pytest

from tests.support.template import ROOT

LOCKS = {path.name: path.read_text("utf-8") for path in (ROOT / "requirements").glob("*.txt")}


def test_developers_run_what_the_layers_ship_and_no_package_is_in_two() -> None:
    """Of every package the same version; the authorizer has both layers, and would load either."""
    jwt, runtime, developers = (
        {*re.findall(r"^([\w.-]+)==(\S+)", LOCKS[name], re.MULTILINE)}
        for name in ("jwt.txt", "runtime.txt", "dev.txt")
    )

    assert jwt | runtime <= developers
    assert {name for name, _ in jwt}.isdisjoint(name for name, _ in runtime)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_hashes_and_no_address(lock: str) -> None:
    """So it installs from whatever registry a machine uses, and only what was locked."""
    assert "://" not in LOCKS[lock]
    assert LOCKS[lock].count("==") <= LOCKS[lock].count("--hash=sha256:")
