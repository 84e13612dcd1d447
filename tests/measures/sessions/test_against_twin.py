"""Sessions by period, group, item, length and depth equal those written down one by one."""

from __future__ import annotations

from collections import Counter
from statistics import fmean, median
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.measures.sessions import MEASURE, Query
from parcours.values import SECOND_US
from twins.asking import ask, settle
from twins.logs import Log, logs
from twins.partitions import partition_of
from twins.sessions import NONE, Session, all_sessions

from ..transitions.test_against_twin import asked, parts_of

OTHER = "(other)"
OWN = ("collapse", "start_at", "end_at")


@st.composite
def stories(draw: st.DrawFn) -> tuple[Log, Query]:
    log, shared = draw(logs(least_events=6, most_events=30)), draw(asked())
    by = draw(st.sampled_from([None, None, "channel", "plan", "profile.country"]))
    query = {name: value for name, value in shared.items() if name not in OWN} | {
        "as_of_us": log.as_of_us,
        "unit": draw(st.sampled_from(["day", "day", "week", "month", None])),
        "by": by,
        "bounce_events": draw(st.integers(1, 3)),
        "bounce_within": draw(st.sampled_from([None, "1s", "6h", "12h"])),
        **draw(st.sampled_from([{}, {"top_groups": 1}, {"only_groups": ("", "FR", "ads")}] if by else [{}])),
    }
    return log, Query.model_validate(query)


def renamed(log: Log, query: Query, settled: Query) -> list[tuple[Session, str, str, str, str]]:
    """Each session of the twin with period, group, entry and exit as they are shown."""
    found = []
    for one in all_sessions(log.events, query, log.profiles):
        group = one.group if query.by is None or one.group in settled.only_groups else OTHER
        ends = [name if name == NONE or name in settled.only else OTHER for name in (one.entry, one.exit)]
        first = one.period if one.period is not None else query.start
        assert first is not None
        found.append((one, first.isoformat(), group, *ends))
    return found


@settings(max_examples=150)
@given(stories())
def test_sessions_are_those_of_the_twin(story: tuple[Log, Query]) -> None:
    log, query = story
    parts = parts_of(log)
    expected = renamed(log, query, settle(MEASURE, parts, query))
    result = ask(MEASURE, parts, query)
    rows = result.to_arrow().to_pylist()
    assert sum(row["sessions"] for row in rows) == len(expected)
    for row in rows:
        check(
            row,
            [
                one[0]
                for one in expected
                if (one[1], one[2]) == (row["period_start"].isoformat(), row["group"])
            ],
        )
    for row in result.to_arrow("totals").to_pylist():
        check(row, [one[0] for one in expected if one[2] == row["group"]])
    depths = Counter((group, len(one.items)) for one, _, group, _, _ in expected)
    assert {
        (row["group"], row["depth"]): row["sessions"] for row in result.to_arrow("depths").to_pylist()
    } == depths
    for row in result.to_arrow("lengths").to_pylist():
        above = -1 if row["above_seconds"] is None else row["above_seconds"] * SECOND_US
        upto = 2**62 if row["up_to_seconds"] is None else row["up_to_seconds"] * SECOND_US
        inside = [
            one for one, _, group, _, _ in expected if group == row["group"] and above < one.length_us <= upto
        ]
        assert row["sessions"] == len(inside)


def check(row: dict[str, Any], sessions: list[Session]) -> None:
    assert row["sessions"] == len(sessions)
    assert row["units"] == len({one.customer for one in sessions})
    assert row["bounces"] == sum(one.bounce for one in sessions)
    if not sessions:
        assert row["bounce_rate"] is None
        assert row["median_length_seconds"] is None
        return
    assert (
        row["bounce_rate_low"]
        <= row["bounce_rate"]
        == row["bounces"] / len(sessions)
        <= row["bounce_rate_high"]
    )
    lengths, depths = [one.length_us for one in sessions], [len(one.items) for one in sessions]
    assert row["median_length_seconds"] == median(lengths) / SECOND_US
    assert row["mean_length_seconds"] == sum(lengths) / len(lengths) / SECOND_US
    assert (row["median_depth"], row["mean_depth"]) == (median(depths), fmean(depths))


@settings(max_examples=100)
@given(stories())
def test_entries_and_exits_are_those_of_the_twin(story: tuple[Log, Query]) -> None:
    log, query = story
    parts = parts_of(log)
    expected = renamed(log, query, settle(MEASURE, parts, query))
    rows = ask(MEASURE, parts, query).to_arrow("items").to_pylist()
    seen = {(row["period_start"].isoformat(), row["group"], row["item"]): row for row in rows}
    assert set(seen) == {(one[1], one[2], item) for one in expected for item in one[3:]}
    for (period, group, item), row in seen.items():
        here = [one for one in expected if one[1:3] == (period, group)]
        entered = [one[0] for one in here if one[3] == item]
        left = [one[0] for one in here if one[4] == item]
        assert (row["entries"], row["exits"]) == (len(entered), len(left))
        assert row["entry_units"] == len({one.customer for one in entered})
        assert row["exit_units"] == len({one.customer for one in left})
        assert row["bounces"] == sum(one.bounce for one in entered)
        assert row["entry_share"] == len(entered) / len(here)


@settings(max_examples=60)
@given(stories())
def test_every_cell_opens_to_its_customers(story: tuple[Log, Query]) -> None:
    log, query = story
    whole = partition_of(log.events, log.profiles)
    settled = settle(MEASURE, [whole], query)
    expected = renamed(log, query, settled)

    def opened(**cell: str) -> set[str]:
        found = MEASURE.members(whole, settled, cell).tolist()
        assert len(found) == len(set(found))
        return {whole.customers[place].as_py() for place in found}

    def those(*wanted: tuple[int, Any]) -> set[str]:
        """Customers with a session whose parts (period, group, entry, exit, depth, bounce) are all as wanted."""
        parts = [(one[0].customer, (*one[1:], len(one[0].items), one[0].bounce)) for one in expected]
        return {customer for customer, part in parts if all(part[place] == value for place, value in wanted)}

    for session, period, group, entry, left in expected:
        assert opened(period_start=period, group=group) == those((0, period), (1, group))
        assert opened(entry=entry, exit=left) == those((2, entry), (3, left))
        depth, bounce = len(session.items), session.bounce
        assert opened(depth=str(depth), bounce="yes" if bounce else "no") == those((4, depth), (5, bounce))


@settings(max_examples=40)
@given(stories())
def test_the_parts_do_not_matter(story: tuple[Log, Query]) -> None:
    log, query = story
    one = ask(MEASURE, [partition_of(log.events, log.profiles)], query)
    many = ask(MEASURE, parts_of(log), query)
    assert all(one.to_arrow(name).equals(many.to_arrow(name)) for name in one.tables())
