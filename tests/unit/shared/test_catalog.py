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
    """Put the folder that a layer brings in front of the path."""
    folder = tmp_path / "tensorzero_config"
    folder.mkdir()
    (folder / "catalog.json").write_text(json.dumps(COMPILED))
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_a_compiled_configuration_is_read(layer: Path) -> None:
    """Each key is a field."""
    compiled = Catalog.load(layer)

    assert {name: getattr(compiled, name) for name in COMPILED} == COMPILED


def test_the_layer_is_found_by_its_name(layer: Path) -> None:
    """Not by a path, which differs between Lambda, the emulator and tests."""
    (layer / "__init__.py").touch()

    assert catalog.bundle() == layer
    assert Catalog.bundled() == Catalog.load(layer)
    assert "tensorzero_config" not in sys.modules


def test_a_missing_layer_is_told() -> None:
    """In words that say what to do."""
    with pytest.raises(ModuleNotFoundError, match="is the config layer attached"):
        Catalog.bundled()


def test_a_folder_that_only_has_the_name_is_no_layer(layer: Path) -> None:
    """It is told in the same words."""
    assert layer.is_dir()

    with pytest.raises(ModuleNotFoundError, match="is the config layer attached"):
        Catalog.bundled()


def test_a_key_that_is_not_known_is_a_bug(layer: Path) -> None:
    """The layer was compiled by another version."""
    (layer / "catalog.json").write_text(json.dumps({**COMPILED, "new": 1}))

    with pytest.raises(TypeError):
        Catalog.load(layer)
