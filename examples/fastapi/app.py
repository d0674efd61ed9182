"""An application that answers questions, and whose users say whether an answer is good.

FEEDBACK_URL=… FEEDBACK_KEY=… uvicorn app:app
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from tensorzero_feedback import AsyncFeedbackClient, new_id


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keep one client for as long as the application runs."""
    url, key = os.environ["FEEDBACK_URL"], os.environ["FEEDBACK_KEY"]
    async with AsyncFeedbackClient(url, key) as app.state.client:
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/answers")
async def answer(question: str) -> dict[str, str]:
    """Answer a question, and record the inference."""
    inference_id, text = new_id(), f"You asked: {question}"  # here, a model would answer
    await app.state.client.record_inference(
        inference_id=inference_id,
        episode_id=new_id(),
        function_name="draft_reply",
        variant_name="baseline",
        output=[{"type": "text", "text": text}],
    )
    return {"inference_id": inference_id, "text": text}


@app.post("/answers/{inference_id}/thumb")
async def thumb(inference_id: UUID, *, up: bool) -> dict[str, str]:
    """Store a user's thumb, once."""
    client: AsyncFeedbackClient = app.state.client
    feedback_id = await client.feedback(
        metric_name="draft_accepted", inference_id=inference_id, value=up
    )
    return {"feedback_id": feedback_id}


@app.get("/answers/{inference_id}/feedback")
async def feedback(inference_id: UUID) -> list[Mapping[str, Any]]:
    """List what was said of an answer, the newest first."""
    client: AsyncFeedbackClient = app.state.client
    return [one.row for one in (await client.list(inference_id)).feedback]
