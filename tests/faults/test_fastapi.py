"""examples/fastapi, through an outage: its users notice nothing, and nothing is stored twice."""

import asyncio
import runpy
from itertools import count
from typing import Any

import httpx

from tests.faults.conftest import ROUTES, Stage
from tests.faults.fault import FAULTS, Struck
from tests.faults.front import Front, Mishap
from tests.support.environment import environment
from tests.support.template import ROOT

OUTAGE = (Mishap.CUT, Mishap.LOST, Mishap.TOO_LATE, None)
"""What happens to the first requests of each step."""


async def _use(app: Any, steps: list[tuple[str, str]], outage: list[Mishap | None]) -> list[Any]:
    """Do what a user does, step by step; return the answers."""
    answers: list[Any] = [{}]
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as user,
    ):
        for method, path in steps:
            outage += OUTAGE
            answer = await user.request(method, path.format(**answers[0]))
            assert answer.status_code == 200, answer.text
            answers = [*filter(None, answers), answer.json()]
    return answers


def test_the_example_works_through_an_outage(stage: Stage) -> None:
    """It answers, records, takes a thumb, and lists it."""
    app = runpy.run_path(str(ROOT / "examples/fastapi/app.py"))["app"]
    trouble = stage.proxy.trouble = Struck(FAULTS["done, and broken"], times=6)
    outage: list[Mishap | None] = []
    front = Front(stage.client.api, ROUTES, (outage.pop(0) if outage else None for _ in count()))
    steps = [
        ("POST", "/answers?question=When?"),
        ("POST", "/answers/{inference_id}/thumb?up=true"),
        ("POST", "/answers/{inference_id}/thumb?up=false"),
        ("GET", "/answers/{inference_id}/feedback"),
    ]
    with front.running(), environment({"FEEDBACK_URL": front.url, "FEEDBACK_KEY": "sk-t0-key"}):
        answered, up, down, listed = asyncio.run(_use(app, steps, outage))

    assert answered["text"] == "You asked: When?"
    assert [(row["id"], row["value"]) for row in listed] == [
        (down["feedback_id"], False),
        (up["feedback_id"], True),
    ]
    assert trouble.struck
    assert outage == []
