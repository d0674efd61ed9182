"""Requests of every kind, alone and in batches, each with a name of its own."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.load.bodies import KINDS, STORED, UNSOUND, Target
from tests.audit.ledger import TAG, Outcome, Request

OK = frozenset({200})
REFUSED = frozenset({400, 404, 422})
FELL_WITH_OTHERS = frozenset({424})
BATCH = 25
"""How many elements a batch of the mix has at most."""
SETTLED = 64
"""So many keyed requests later, the first of them is surely answered."""
SHARES = {
    "boolean": 20,
    "float": 15,
    "comment": 15,
    "demonstration": 10,
    "label": 5,
    "dry run": 2,
    "refused": 5,
    "keyed": 12,
    "repeat": 8,
    "reused key": 2,
    "batch": 4,
    "atomic": 2,
}
"""What the mix is made of, in percent."""


@dataclass(frozen=True, slots=True)
class Post:
    """What a client sends at once: a request, or a batch of them."""

    kind: str
    requests: tuple[Request, ...]
    batch: bool = False
    atomic: bool = False

    @property
    def path(self) -> str:
        """Where it goes."""
        return "/feedback/batch" if self.batch else "/feedback"

    @property
    def query(self) -> dict[str, str]:
        """What follows the path."""
        return {"atomic": "true"} if self.atomic else {}

    @property
    def headers(self) -> dict[str, str]:
        """Its headers, in lower case; each element of a batch has its own key in its body."""
        key = None if self.batch else self.requests[0].key
        return {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})

    @property
    def body(self) -> str:
        """Its JSON."""
        if not self.batch:
            return json.dumps(self.requests[0].body)
        return json.dumps([{**one.body, "idempotency_key": one.key} for one in self.requests])

    def note(self, status: int | None = None, text: str = "") -> bool:
        """Note what the client saw, if anything; return whether that was to be expected."""
        outcomes = [Outcome(status)] * len(self.requests)
        if status in OK:
            answer = json.loads(text)
            elements = answer if self.batch else [{"status": status, **answer}]
            outcomes = [Outcome(one["status"], one.get("feedback_id")) for one in elements]
        for request, outcome in zip(self.requests, outcomes, strict=True):
            request.seen.append(outcome)
        return all(request.seen[-1].status in self.expected(request) for request in self.requests)

    def expected(self, request: Request) -> frozenset[int]:
        """Return the statuses that one of its requests may be answered with, if all goes well."""
        if not request.sound:
            return REFUSED
        whole = not self.atomic or all(one.sound for one in self.requests)
        return OK if whole else FELL_WITH_OTHERS


class Traffic:
    """Makes requests about targets that are recorded; for the same seed, of the same kinds."""

    def __init__(
        self, about: Sequence[Target], seed: int = 0, sender: Mapping[str, str] | None = None
    ) -> None:
        """Begin to count. `sender` are the tags that the API will add, which say who sent it."""
        self.about = about
        self._sender = sender or {}
        self._random = Random(seed)  # noqa: S311 - nothing that is drawn is a secret
        self._numbers = itertools.count(1)

    def single(self, kind: str, *, keyed: bool = False) -> Post:
        """Make a request of a kind."""
        return Post("keyed" if keyed else kind, (self._request(kind, keyed=keyed),))

    def batch(self, kinds: Sequence[str], keyed: float = 0, *, atomic: bool = False) -> Post:
        """Make a batch of these kinds, of which a share have keys."""
        requests = [self._request(kind, keyed=self._random.random() < keyed) for kind in kinds]
        for request in requests:
            request.atomic = requests[0].name if atomic else None
        kind = "atomic" if atomic else "batch"
        return Post(kind, tuple(requests), batch=True, atomic=atomic)

    def mix(self, number: int) -> Iterator[Post]:
        """Make so many posts of all kinds; keyed ones are sent again, some with another body."""
        keyed = [self.single("boolean", keyed=True)]
        yield keyed[0]
        for kind in self._random.choices([*SHARES], [*SHARES.values()], k=number - 1):
            match kind:
                case "keyed":
                    keyed.append(self.single(self._random.choice([*STORED]), keyed=True))
                    yield keyed[-1]
                case "reused key" if len(keyed) > SETTLED:
                    (first,) = self._random.choice(keyed[:-SETTLED]).requests
                    request = self._request("comment")
                    request.key, request.sound = first.key, False
                    yield Post(kind, (request,))
                case "repeat" | "reused key":
                    yield Post("repeat", self._random.choice(keyed).requests)
                case "batch" | "atomic":
                    kinds = self._random.choices([*STORED], k=self._random.randint(1, BATCH))
                    yield self.batch(kinds, keyed=0.3, atomic=kind == "atomic")
                case _:
                    yield self.single(kind)

    def _request(self, kind: str, *, keyed: bool = False) -> Request:
        body = KINDS[kind](self._random.choice(self.about), self._random)
        name = str(next(self._numbers))
        body["tags"] = {TAG: name, **body.get("tags", {})}
        return Request(
            body,
            f"key-{name}" if keyed else None,
            sound=kind not in UNSOUND,
            sender=self._sender,
        )
