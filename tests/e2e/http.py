"""Plain HTTP requests to the deployed API, without any client library."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from typing import Any

from shared import uuids


@dataclass(frozen=True)
class Answer:
    """A response."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Caller:
    """Somebody who has the API's URL, and perhaps a key or a token."""

    url: str
    credential: str | None = None

    def with_credential(self, credential: str | None) -> "Caller":
        """Be somebody else."""
        return replace(self, credential=credential)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Send a request; an error status is an answer as well."""
        if self.credential is not None:
            headers = {"Authorization": f"Bearer {self.credential}", **headers}
        request = urllib.request.Request(  # noqa: S310 - a loopback URL
            f"{self.url}{path}", body or None, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
                return Answer(answer.status, dict(answer.headers), answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read().decode())

    def post(self, path: str, body: object) -> Answer:
        """Send a JSON body."""
        content = json.dumps(body).encode()
        return self.send("POST", path, content, **{"Content-Type": "application/json"})

    def feedback(self, **body: object) -> Answer:
        """Send feedback."""
        return self.post("/feedback", body)

    def record(self, **fields: object) -> dict[str, str]:
        """Record an inference with ids of its own; return its body."""
        ids = {"inference_id": uuids.new(), "episode_id": uuids.new()}
        body = {**ids, "variant_name": "v", **fields}
        answer = self.post("/internal/inferences", body)
        assert answer.status == 200, answer
        return body  # type: ignore[return-value]  # what a test adds, it knows
