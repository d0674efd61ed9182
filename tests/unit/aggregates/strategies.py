"""Generated feedback and roles, within a few days, so that periods are shared and crossed."""

from hypothesis import strategies as st

from aggregates.inference import Inference
from aggregates.roles import Roles, roles
from aggregates.units import Entry
from shared.uuids import Uuid

DAYS = 40


def uuid(milliseconds: int, low: int) -> Uuid:
    """Make a UUIDv7 of a moment."""
    digits = f"{milliseconds:012x}7000a000{low:012x}"
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return Uuid("-".join(parts))


MOMENTS = st.one_of(
    st.integers(0, DAYS * 86_400_000),
    st.sampled_from([0, 59_999, 60_000, 3_599_999, 3_600_000, 86_399_999, 86_400_000]),
).map(lambda moment: 1_772_000_000_000 + moment)
IDS = st.builds(uuid, MOMENTS, st.integers(0, 3))
NUMBERS = st.one_of(
    st.sampled_from(["0", "1", "-1", "0.5", "3", "1E+20", "1E-20"]),
    st.decimals(allow_nan=False, allow_infinity=False, places=17, min_value=-1, max_value=1).map(
        str
    ),
    st.floats(-9e125, 9e125).filter(lambda x: x == 0 or abs(x) > 1e-129).map(repr),
)


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Draw one feedback; a demonstration has no number."""
    kind = draw(st.sampled_from(["boolean", "boolean", "float", "float", "demonstration"]))
    number = {"demonstration": ""}.get(kind) if kind == "demonstration" else draw(NUMBERS)
    return Entry(draw(IDS), kind, "01"[draw(st.booleans())] if kind == "boolean" else number or "")


RECORDED = st.builds(Inference, IDS, IDS, st.sampled_from(["f", "g"]), st.sampled_from(["a", "b"]))
ROLES: st.SearchStrategy[Roles] = st.builds(
    roles, st.none() | RECORDED, st.lists(RECORDED, max_size=4, unique_by=lambda one: one.id)
)
