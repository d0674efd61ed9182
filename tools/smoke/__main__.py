"""`make smoke STACK=name`: ask a deployed stack all that can be asked of it, and say what holds.

It needs the credentials of whoever deployed the stack. What it stores, it removes at the end.
"""

import sys
from collections import Counter
from collections.abc import Iterable

from tools.smoke import access, aggregates, feedback, platform, refusals, settings
from tools.smoke.check import Row, Verdict, answers
from tools.smoke.deployment import Deployment, NoSuchStack
from tools.smoke.run import Run

CHECKS = [
    *settings.CHECKS,
    *feedback.CHECKS,
    *aggregates.CHECKS,
    *refusals.CHECKS,
    *access.CHECKS,
    *platform.CHECKS,
]


def main(arguments: list[str]) -> int:
    """Print the table; 1 if something does not hold."""
    match arguments:
        case [name]:
            pass
        case _:
            print("Name the stack: make smoke STACK=tensorzero-feedback-dev", file=sys.stderr)
            return 2
    try:
        stack = Deployment.find(name)
    except NoSuchStack as missing:
        print(missing, file=sys.stderr)
        return 2
    print(f"{name} ({stack.parameters['Stage']}) at {stack.url}\n", flush=True)
    run = Run(stack)
    try:
        verdicts = _table(answers(CHECKS, run))
    finally:
        removed = stack.remove(run.targets, run.datapoints)
    counts = ", ".join(f"{verdicts[verdict]} {_VERBS[verdict]}" for verdict in Verdict)
    print(f"\n{counts}; {removed} rows of feedback and {len(stack.made)} keys removed")
    return 1 if verdicts[Verdict.FAILS] else 0


_VERBS = {
    Verdict.HOLDS: "hold",
    Verdict.FAILS: "fail",
    Verdict.NOT_ASKED: "could not be asked here",
}


def _table(rows: Iterable[Row]) -> Counter[Verdict]:
    """Print each row when it is known."""
    verdicts = Counter[Verdict]()
    for row in rows:
        verdicts[row.verdict] += 1
        note = f" ({row.note})" if row.note and row.verdict is not Verdict.FAILS else ""
        reason = f": {row.note}" if row.verdict is Verdict.FAILS else ""
        print(f"{row.verdict:<9}  {row.title}{note}{reason}", flush=True)
    return verdicts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
