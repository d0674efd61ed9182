"""`python -m tools.stage STAGE`: the stage's stack and region, as samconfig.toml has them.

They are printed as `stack=…` and `region=…`, as a step of a workflow on GitHub writes its outputs.
"""

import argparse
import tomllib
from pathlib import Path

CONFIGURATION = Path(__file__).resolve().parents[1] / "samconfig.toml"
STAGES = ("dev", "staging", "prod")


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=STAGES)
    stage = tomllib.loads(CONFIGURATION.read_text("utf-8"))[parser.parse_args().stage]
    print(f"stack={stage['global']['parameters']['stack_name']}")
    print(f"region={stage['global']['parameters']['region']}")


if __name__ == "__main__":
    main()
