"""An account with deploy/stage.yaml in it, and the commands that deploy to it."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.markdown import Document
from tests.support.stack import BUILD
from tests.support.template import ROOT
from tools.emulator import Emulator, emulator

STAGE = "dev"


@dataclass(frozen=True)
class Account:
    """The emulated account, and a checkout that has the built artefact."""

    aws: Emulator
    checkout: Path
    stack: str
    region: str

    def client(self, service: str) -> Any:
        """Make a client of the stage's region."""
        return self.aws.client(service, region_name=self.region)

    def prepare(self) -> dict[str, str]:
        """Set the stage up by the document's own command; give the workflow's variables."""
        [command] = [
            block
            for _, block in Document.at("docs/deployment.md").blocks()
            if "deploy/stage.yaml" in block
        ]
        self.run(command)
        [name] = re.findall(r"--stack-name (\S+)", command)
        [one] = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        return {
            output["Description"].split()[1]: output["OutputValue"] for output in one["Outputs"]
        }

    def deploy(self, variables: Mapping[str, str], more: str = "") -> None:
        """Deploy the artefact by the workflow's own command, with more options."""
        workflow = yaml.safe_load((ROOT / ".github/workflows/stage.yml").read_text("utf-8"))
        [step] = [one for one in workflow["jobs"]["deploy"]["steps"] if one.get("id") == "deploy"]
        given = {
            name: variables[re.sub(r"\$\{\{ vars\.(\w+) \}\}", r"\1", value)]
            for name, value in step["env"].items()
        }
        self.run(f"{step['run']} {more}", STAGE=STAGE, **given)

    def run(self, command: str, **variables: str) -> str:
        """Run a command in the checkout; give what it printed."""
        environment = self.aws.environment()
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.checkout,
            env={
                **environment,
                "PATH": f"{ROOT}/.tools/sam/bin:{ROOT}/.venv/bin:{environment['PATH']}",
                "PYTHONPATH": str(ROOT),
                "SAM_CLI_POLL_DELAY": "0.3",
                "SAM_CLI_TELEMETRY": "0",
                **variables,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-5000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Enforce IAM, and lay the local build where the workflow's job finds its artefact."""
    BUILD.make()
    checkout = tmp_path_factory.mktemp("checkout")
    for name in (".tools", "deploy", "samconfig.toml"):
        (checkout / name).symlink_to(ROOT / name)
    (checkout / ".aws-sam").mkdir()
    (checkout / ".aws-sam/build").symlink_to(BUILD.artefacts)
    with emulator(tmp_path_factory.mktemp("account"), auth=True) as aws:
        made = partial(Account, aws, checkout)
        printed = made("", "").run(f"python -m tools.stage {STAGE}")
        yield made(**dict(line.split("=") for line in printed.split()))
