"""Batches without I/O: elements are sent together, and each is answered by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, TypeAlias

from tensorzero_feedback.answer import Trouble, trouble
from tensorzero_feedback.flow import Flow, Pause, Request, attempt
from tensorzero_feedback.model import Outcome
from tensorzero_feedback.retries import Patience, Retries

MAX_ELEMENTS = 100
"""How many elements the API takes in one request."""

Result: TypeAlias = str | Trouble
"""The id that an element is stored with, or the trouble."""


@dataclass(slots=True)
class Element:
    """One element on its way."""

    body: dict[str, Any]
    key: str | None
    stores: bool
    """Whether an attempt without an answer may have stored it."""
    may_be_stored: bool = False
    result: Result | None = None

    def note(self, result: Result) -> None:
        """Keep what an attempt came to."""
        self.result = result
        self.may_be_stored |= isinstance(result, Trouble) and result.open and self.stores

    @property
    def again(self) -> bool:
        """Whether to send it again."""
        return isinstance(self.result, Trouble) and self.result.transient

    def outcome(self) -> Outcome:
        """Say what became of it."""
        match self.result:
            case Trouble() as last:
                error = last.error(may_be_stored=self.may_be_stored, key=self.key)
                return Outcome(None, error, self.key)
            case id_:
                return Outcome(id_, None, self.key)


@dataclass(frozen=True, slots=True)
class Batch:
    """How elements of a kind are sent."""

    retries: Retries
    request: Callable[[list[dict[str, Any]]], Request]
    """Makes the request out of elements' bodies."""
    id_name: str
    """What the id is called in the answer of an element."""
    whole: bool = False
    """Whether the elements are stored together or not at all: they are then sent together, too."""

    def deliver(self, elements: Sequence[Element]) -> Flow[list[Outcome]]:
        """Send elements, as many as the API takes at once; return what became of each, in order."""
        size = len(elements) if self.whole else MAX_ELEMENTS
        for start in range(0, len(elements), size or 1):
            yield from self._send(elements[start : start + size])
        return [element.outcome() for element in elements]

    def _send(self, elements: Sequence[Element]) -> Flow[None]:
        """Send elements, and again those that were not stored for a reason that passes."""
        patience = Patience(self.retries)
        while True:
            request = self.request([element.body for element in elements])
            read = partial(self._read, len(elements))
            answer = yield from attempt(request, patience, read)
            results = [answer] * len(elements) if isinstance(answer, Trouble) else answer
            for element, result in zip(elements, results, strict=True):
                element.note(result)
            if isinstance(answer, Trouble) and self._is_one_elements(answer, elements):
                middle = len(elements) // 2
                yield from self._send(elements[:middle])
                yield from self._send(elements[middle:])
                return
            again = [element for element in elements if element.again]
            at_least = max(
                (one.retry_after for one in results if isinstance(one, Trouble)), default=0
            )
            pause = patience.pause(at_least) if again else None
            if pause is None:
                return
            elements = elements if self.whole else again
            yield Pause(pause)

    def _is_one_elements(self, answer: Trouble, elements: Sequence[Element]) -> bool:
        """Tell whether a body was refused for what may be in one element, or for its size."""
        refused = (
            answer.code == "malformed_body" or answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        )
        return refused and len(elements) > 1 and not self.whole

    def _read(self, number: int, document: Any) -> list[Result]:  # noqa: ANN401 - any JSON
        """Read a batch's answer. Raises LookupError, TypeError, ValueError."""
        if not isinstance(document, list) or len(document) != number:
            raise ValueError("a batch is answered with an array, an element for each of its own")
        return [self._result(element) for element in document]

    def _result(self, answer: dict[str, Any]) -> Result:
        if answer["status"] == HTTPStatus.OK:
            return str(answer[self.id_name])
        return trouble(int(answer["status"]), answer)
