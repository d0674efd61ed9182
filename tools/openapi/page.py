"""build/openapi.html: docs/openapi.yaml in Swagger UI, as one file that loads nothing."""

import json
from pathlib import Path
from string import Template
from typing import Any

from tests.support.template import ROOT
from tools.openapi import written

PROGRAM = ROOT / ".tools/swagger-ui/node_modules/swagger-ui-dist"
PATH = ROOT / "build/openapi.html"

_PAGE = Template(
    """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<title>$title</title>
<style>$style</style>
<div id="page"></div>
<script>$program</script>
<script>
SwaggerUIBundle({
  dom_id: "#page",
  spec: $document,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  supportedSubmitMethods: [],
  validatorUrl: null,
});
</script>
"""
)


def text() -> str:
    """Make the page. Raises FileNotFoundError where Swagger UI is not installed."""
    document = written.read()
    document["paths"] = _inlined(document["paths"], document["components"]["schemas"])
    return _PAGE.substitute(
        title=document["info"]["title"],
        style=(PROGRAM / "swagger-ui.css").read_text("utf-8"),
        program=(PROGRAM / "swagger-ui-bundle.js").read_text("utf-8"),
        document=json.dumps(document, ensure_ascii=False).replace("<", "\\u003c"),
    )


def _inlined(node: Any, schemas: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Put schemas where they are referred to: a page that may ask for nothing resolves nothing."""
    if isinstance(node, list):
        return [_inlined(part, schemas) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return {"title": name, **_inlined(schemas[name], schemas)}
    return {key: _inlined(part, schemas) for key, part in node.items()}


def write() -> Path:
    """Write the page; return where."""
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(text(), "utf-8")
    return PATH
