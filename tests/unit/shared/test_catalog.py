"""The compiled configuration: read from the config layer, wherever that is."""

import json
import sys
from pathlib import Path

import pytest

from shared import catalog
from shared.catalog import Catalog

COMPILED = {
    "snapshot_hash": "ab" * 32,
    "observability": True,
    "target_validation": False,
    "debug": False,
    "metrics": {"m": ["boolean", "inference"]},
}


@pytest.fixture
def layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the folder of a layer in front of the path; it is no package yet."""
    folder = tmp_path / "tensorzero_config"
    folder.mkdir()
    (folder / "catalog.json").write_text(json.dumps(COMPILED))
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_the_layer_is_found_by_its_name_and_read(layer: Path) -> None:
    """Its path differs between Lambda, the emulator and tests; each key is a field."""
    (layer / "__init__.py").touch()

    compiled = Catalog.bundled()

    assert catalog.bundle() == compiled.folder == layer
    assert {name: getattr(compiled, name) for name in COMPILED} == COMPILED
    assert "tensorzero_config" not in sys.modules


@pytest.mark.parametrize("fixture", [None, "layer"])
def test_without_a_layer_the_error_says_what_to_do(
    fixture: str | None, request: pytest.FixtureRequest
) -> None:
    """Also where a folder only has the package's name."""
    if fixture:
        request.getfixturevalue(fixture)

    with pytest.raises(ModuleNotFoundError, match="is the config layer attached"):
        Catalog.bundled()


def test_an_unknown_key_is_a_bug(layer: Path) -> None:
    """The layer was compiled by another version."""
    (layer / "catalog.json").write_text(json.dumps({**COMPILED, "new": 1}))

    with pytest.raises(TypeError):
        Catalog.load(layer)
