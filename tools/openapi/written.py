"""docs/openapi.yaml: where the document is written, and how."""

from typing import Any

import yaml

from tests.support.template import ROOT
from tools.openapi.document import document

PATH = ROOT / "docs/openapi.yaml"

_HEAD = "# Written by `make docs`: a change by hand is lost, and a test finds it.\n"


class _Dumper(yaml.SafeDumper):
    """YAML without anchors, and texts of several lines as blocks."""

    def ignore_aliases(self, _data: object) -> bool:
        """Write everything where it stands."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def text() -> str:
    """Spell the document."""
    content: str = yaml.dump(
        document(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
    )
    return _HEAD + content


def read() -> Any:  # noqa: ANN401 - YAML
    """Read what was written."""
    return yaml.safe_load(PATH.read_text("utf-8"))
