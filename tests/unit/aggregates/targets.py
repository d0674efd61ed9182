"""Targets with feedback, as steps make them."""

from aggregates import memory
from aggregates.counters import Counts
from aggregates.inference import Inference
from aggregates.roles import Roles, roles
from aggregates.steps import steps
from aggregates.target import Changes, Target
from aggregates.units import Entry
from shared.uuids import Uuid
from tests.unit.aggregates.strategies import uuid

TARGET = Uuid("01900000-0000-7000-8000-000000000000")


def run(target: Target, changes: Changes, roles: Roles) -> tuple[Target, Counts]:
    """Take all steps; return the target and what they add."""
    added, units = Counts(), {unit.first: unit for unit in target.units}
    for step in steps(target, changes, roles):
        assert len(step.units) <= 5
        added.include(step.counts)
        for unit in step.units:
            assert unit.version == (units[unit.first].version if unit.first in units else 0)
            units[unit.first] = unit._replace(version=unit.version + 1)
            item = memory.to_item(1, "m", TARGET, memory.Memory(unit, step.counts))
            assert memory.read(item) == (unit, step.counts)
    head = units.pop(None)
    older = tuple(sorted(units.values(), key=lambda unit: unit.first or ""))
    return target._replace(older=older, head=head), added.without_zeros()


def votes(number: int) -> dict[Uuid, Entry]:
    """Make so many votes, a minute apart."""
    made = (Entry(uuid(1_772_000_000_000 + 60_000 * i, i), "boolean", "1") for i in range(number))
    return {entry.id: entry for entry in made}


def as_variant(variant: str) -> Roles:
    """Make the roles of an inference."""
    return roles(Inference(TARGET, TARGET, "f", variant), ())
