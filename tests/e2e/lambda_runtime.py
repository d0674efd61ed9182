"""The built functions under Lambda's own runtime client.

The process has the built artefact, its layers and the standard library, and no site-packages:
a package that is missing from the layer is missing here.
"""

import contextlib
import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support.lambdas import FUNCTIONS, PACKAGES, variables
from tests.support.runtime_api import Runtime, run
from tests.support.stack import BUILD
from tests.support.template import TEMPLATE
from tools.emulator import Emulator


@contextlib.contextmanager
def runtime(
    function: str, folder: Path, aws: Emulator, tables: Mapping[str, str]
) -> Iterator[Runtime]:
    """Run a built function under awslambdaric for as long as the block lasts.

    It has the variables and the layers that the template gives it; `tables` are the names by the
    code's keys.
    """
    shared, own = TEMPLATE["Globals"]["Function"], FUNCTIONS[function]
    layers = [layer["Ref"] for layer in (*shared["Layers"], *own.get("Layers", ()))]
    path = [
        BUILD.artefacts / function,
        *(BUILD.artefacts / layer / "python" for layer in layers),
    ]
    environment = {
        **{name: value for name, value in aws.environment().items() if "AWS_" in name},
        **variables(PACKAGES[function], tables),
        "PATH": os.defpath,
        "AWS_LAMBDA_FUNCTION_NAME": function,
    }
    packages = Path(sysconfig.get_paths()["platlib"])
    with run(sys.executable, own["Handler"], folder, path, environment, packages) as started:
        yield started
