"""What a request says, a function a kind: five that are stored, one that is dry, two refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from shared import uuids

Body: TypeAlias = dict[str, Any]

NOBODY = "0192c4a0-7e00-7000-8000-000000000000"
"""An inference of long ago that is not recorded: it is waited for, a second."""


@dataclass(frozen=True, slots=True)
class Target:
    """An inference to give feedback on, of a function of the tests' configuration."""

    function_name: str
    output: object
    better: object
    """What it should have answered."""
    inference_id: str = field(default_factory=uuids.new)
    episode_id: str = field(default_factory=uuids.new)

    @property
    def record(self) -> Body:
        """Return the body that records it."""
        return {
            "inference_id": self.inference_id,
            "episode_id": self.episode_id,
            "function_name": self.function_name,
            "variant_name": "baseline",
            "output": self.output,
        }

    def inference(self, metric: str, value: object, **more: object) -> Body:
        """Ask for feedback on the inference."""
        return {
            "metric_name": metric,
            "value": value,
            "inference_id": self.inference_id,
            **more,
        }

    def episode(self, metric: str, value: object) -> Body:
        """Ask for feedback on its episode."""
        return {"metric_name": metric, "value": value, "episode_id": self.episode_id}


def targets(pairs: int) -> list[Target]:
    """Make inferences: of a chat function as many as of a JSON function."""
    verdict = {"topic": "delivery", "urgent": True}
    return [
        target
        for _ in range(pairs)
        for target in (
            Target("draft_reply", [{"type": "text", "text": "Hello."}], "Hello, Ana."),
            Target("classify_ticket", {"raw": "{}", "parsed": {}}, verdict),
        )
    ]


def _boolean(target: Target, random: Random) -> Body:
    value = random.choice([True, False])
    return random.choice(
        [target.inference("draft_accepted", value), target.episode("ticket_resolved", value)]
    )


def _float(target: Target, random: Random) -> Body:
    return random.choice(
        [
            target.inference("edit_distance", random.random()),
            target.episode("user_rating", random.randint(1, 5)),
        ]
    )


def _comment(target: Target, random: Random) -> Body:
    text = "Schön! " * random.randint(0, 40)
    return random.choice([target.inference("comment", text), target.episode("comment", text)])


def _demonstration(target: Target, _random: Random) -> Body:
    return target.inference("demonstration", target.better)


def _label(target: Target, random: Random) -> Body:
    tags = {
        "tensorzero::datapoint_id": uuids.new(),
        "tensorzero::evaluator_inference_id": uuids.new(),
        "tensorzero::human_feedback": "true",
    }
    value = random.choice([True, False])
    return target.inference("draft_accepted", value, tags=tags, internal=True)


def _dry_run(target: Target, random: Random) -> Body:
    return _boolean(target, random) | {"dryrun": True}


def _refused(target: Target, random: Random) -> Body:
    return random.choice(
        [
            target.inference("unheard_of", value=True),
            target.inference("draft_accepted", "a text"),
            target.episode("draft_accepted", value=True),
            target.inference("draft_accepted", value=True, surprise=1),
            target.inference("draft_accepted", value=True, tags={"tensorzero::mine": ""}),
        ]
    )


def _unrecorded(_target: Target, _random: Random) -> Body:
    return {"metric_name": "draft_accepted", "value": True, "inference_id": NOBODY}


STORED: dict[str, Callable[[Target, Random], Body]] = {
    "boolean": _boolean,
    "float": _float,
    "comment": _comment,
    "demonstration": _demonstration,
    "label": _label,
}
UNSOUND = {"refused": _refused, "unrecorded": _unrecorded}
KINDS = {**STORED, "dry run": _dry_run, **UNSOUND}
