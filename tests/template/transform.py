"""What AWS makes of the template: AWS::LanguageExtensions, then SAM's own transform.

The second is run by SAM's own Python: `python -m tests.template.transform < TEMPLATES`.
"""

import json
import subprocess
import sys
from typing import Any

from tests.support.template import ROOT, TEMPLATE, Template, values, with_values

PLACES = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
"""Where a resource says what was built for it."""


def packaged(**given: str) -> Template:
    """Give the template as SAM gets it: parameters put in, and what was built in a bucket."""
    assert TEMPLATE["Transform"] == ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]
    template = with_values(values(**given)) | {"Transform": TEMPLATE["Transform"][1]}
    del template["Globals"]["Function"]["CodeUri"]
    for name, one in template["Resources"].items():
        if place := PLACES.get(one["Type"]):
            one["Properties"][place] = f"s3://bucket/{name}"
    return template


def translated(*templates: Template) -> list[Template]:
    """Translate them all in one process: starting it takes longer than a translation."""
    command = [str(ROOT / ".tools/sam/bin/python"), "-m", "tests.template.transform"]
    given = json.dumps(templates)
    done = subprocess.run(
        command, cwd=ROOT, input=given, capture_output=True, check=True, text=True
    )
    made: list[Template] = json.loads(done.stdout)
    return made


if __name__ == "__main__":
    import boto3
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    PSEUDO = {"AccountId": "123456789012", "Partition": "aws", "Region": "us-east-1"}
    CONTEXT: dict[str, Any] = {f"AWS::{name}": value for name, value in PSEUDO.items()}
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name="us-east-1"))
    made = [translator.translate(one, CONTEXT) for one in json.load(sys.stdin)]
    json.dump(made, sys.stdout)
