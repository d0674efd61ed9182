"""Plain HTTP requests to the deployed API, without any client library."""

import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from shared import uuids

if TYPE_CHECKING:
    from http.client import HTTPResponse


class Unexpected(Exception):
    """Something else was answered or found than was expected; the text says what."""

    status: int | None = None
    """That of the answer, if it is one."""


@dataclass(frozen=True)
class Answer:
    """A response; the names of its headers are in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:  # noqa: ANN401 - JSON is anything
        """Read the body as JSON."""
        return json.loads(self.text)

    def expect(self, status: int, code: str | None = None) -> Self:
        """Return the answer. Raises Unexpected if it has another status, or another code."""
        found = re.search(r'"code":"(\w+)"', self.text)
        if self.status != status or (code is not None and (not found or found[1] != code)):
            wanted = f"{status} {code}" if code else f"{status}"
            unexpected = Unexpected(f"{self.status} {self.text[:100]} instead of {wanted}")
            unexpected.status = self.status
            raise unexpected
        return self


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
        request = urllib.request.Request(  # noqa: S310 - the API's
            f"{self.url}{path}", body or None, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
                return _answer(answer.status, answer)
        except urllib.error.HTTPError as error:
            return _answer(error.code, error)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        """Send a JSON body."""
        content = json.dumps(body).encode()
        return self.send("POST", path, content, **{"Content-Type": "application/json", **headers})

    def feedback(self, **body: object) -> Answer:
        """Send feedback."""
        return self.post("/feedback", body)

    def record(self, **fields: object) -> dict[str, str]:
        """Record an inference with ids of its own; return its body."""
        ids = {"inference_id": uuids.new(), "episode_id": uuids.new()}
        body = {**ids, "variant_name": "v", **fields}
        self.post("/internal/inferences", body).expect(200)
        return body  # type: ignore[return-value]  # what a caller adds, it knows


def _answer(status: int, answer: "HTTPResponse | urllib.error.HTTPError") -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(status, headers, answer.read().decode())
