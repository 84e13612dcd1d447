"""The questions as SQL for DuckDB. Each was written two or three ways (nested window functions, lists, ASOF joins);
the fastest on two cores stands here."""

from __future__ import annotations

from typing import Final

from bench.questions import (
    BREAKDOWN,
    DAY_US,
    EXCLUDED,
    EXIT,
    IDLE_US,
    ORDERED,
    START,
    STEPS,
    WINDOW_US,
    lapse_us,
    stage_by_event,
)

LAST: Final = len(STEPS)
WEEK: Final = f"(us // {DAY_US} + 3) // 7"  # days since 1970 begin on a Thursday, weeks on a Monday


def _of_step(step: int, until: int, columns: str = "") -> str:
    return f"SELECT key, us{columns} FROM events WHERE event = '{STEPS[step - 1]}' AND us <= {until}"


def funnel(until: int) -> str:
    """Level by level, the latest first step that leads to an event in time: nothing later can do better."""
    levels = [f"level1 AS ({_of_step(1, until, ', us AS begun')})"]
    levels += [
        f"""level{step} AS (
            SELECT now.key, now.us, before.begun FROM ({_of_step(step, until)}) AS now
            ASOF JOIN level{step - 1} AS before ON now.key = before.key AND now.us > before.us
            WHERE now.us - before.begun <= {WINDOW_US})"""
        for step in range(2, LAST + 1)
    ]
    counts = ", ".join(f"(SELECT count(DISTINCT key) FROM level{step})" for step in range(1, LAST + 1))
    return f"WITH {', '.join(levels)} SELECT {counts}"


def breakdown(until: int) -> str:
    """Every attempt with its earliest way on; the best of each customer's, if it is not void."""
    parts = [f"from{LAST} AS ({_of_step(LAST, until, f', us AS us{LAST}')})"]
    for step in range(LAST - 1, 0, -1):
        later = ", ".join(f"after.us{later}" for later in range(step + 1, LAST + 1))
        column = f", {BREAKDOWN}" if step == 1 else ""
        parts.append(
            f"""from{step} AS (
                SELECT now.*, now.us AS us{step}, {later} FROM ({_of_step(step, until, column)}) AS now
                ASOF LEFT JOIN from{step + 1} AS after ON now.key = after.key AND now.us < after.us)"""
        )
    reached = " ".join(f"WHEN us{step} - us1 <= {WINDOW_US} THEN {step}" for step in range(LAST, 1, -1))
    ends = " ".join(f"WHEN {step} THEN us{step}" for step in range(1, LAST + 1))
    counts = ", ".join(f"count(*) FILTER (best.reached >= {step})" for step in range(1, LAST + 1))
    return f"""
        WITH {", ".join(parts)},
        attempts AS (
            SELECT one.*, forbidden.us AS void_us, CASE {reached} ELSE 1 END AS reached,
                   CASE reached {ends} END AS ends,
                   coalesce(void_us >= CASE WHEN reached = {LAST} THEN us{LAST} ELSE one.us + {WINDOW_US} + 1 END,
                            true) AS clean
            FROM from1 AS one
            ASOF LEFT JOIN (SELECT key, us FROM events WHERE event = '{EXCLUDED}' AND us <= {until}) AS forbidden
            ON one.key = forbidden.key AND one.us < forbidden.us),
        units AS (
            SELECT arg_max({{'value': {BREAKDOWN}, 'reached': reached, 'clean': clean}},
                           (reached, clean, -ends, us)) AS best
            FROM attempts GROUP BY key)
        SELECT best.value::VARCHAR, {counts} FROM units WHERE best.clean GROUP BY ALL"""


def retention(until: int) -> str:
    """Each customer's different weeks, beside the first of them."""
    return f"""
        WITH weeks AS (SELECT DISTINCT key, {WEEK} AS week FROM events WHERE us <= {until}),
        cohorts AS (SELECT key, min(week) AS cohort FROM weeks GROUP BY key)
        SELECT cohort, week - cohort, count(*) FROM weeks JOIN cohorts USING (key) GROUP BY ALL"""


def growth(until: int) -> str:
    """Each customer's different days, beside the one before and the one after."""
    return f"""
        WITH days AS (SELECT DISTINCT key, us // {DAY_US} AS day FROM events WHERE us <= {until}),
        beside AS (
            SELECT day, lag(day) OVER line AS before, lead(day) OVER line AS after
            FROM days WINDOW line AS (PARTITION BY key ORDER BY day)),
        states AS (
            SELECT day, count(*) FILTER (before IS NULL) AS new, count(*) FILTER (before = day - 1) AS returning_,
                   count(*) FILTER (before < day - 1) AS resurrected, 0 AS dormant FROM beside GROUP BY day
            UNION ALL
            SELECT day + 1, 0, 0, 0, count(*) FROM beside WHERE after IS NULL OR after > day + 1 GROUP BY day)
        SELECT day, sum(new), sum(returning_), sum(resurrected), sum(dormant)
        FROM states WHERE day <= {until // DAY_US} GROUP BY day"""


def transitions(until: int) -> str:
    """Every event beside the one before; a customer's last event is an exit."""
    return f"""
        WITH beside AS (
            SELECT key, event, lag(event) OVER line AS before,
                   before IS NULL OR us - lag(us) OVER line > {IDLE_US} AS opens
            FROM events WHERE us <= {until} WINDOW line AS (PARTITION BY key ORDER BY us)),
        links AS (
            SELECT key, CASE WHEN opens THEN '{START}' ELSE before::VARCHAR END AS source, event::VARCHAR AS target
            FROM beside WHERE opens OR before <> event
            UNION ALL
            SELECT key, before::VARCHAR, '{EXIT}' FROM beside WHERE opens AND before IS NOT NULL
            UNION ALL
            SELECT key, arg_max(event, us)::VARCHAR, '{EXIT}' FROM events WHERE us <= {until} GROUP BY key)
        SELECT source, target, count(*), count(DISTINCT key) FROM links GROUP BY ALL"""


def stages(until: int) -> str:
    """Where each stay would end and lead, for every event that could begin one; then the walk from stay to stay."""
    by_event, lapse = stage_by_event(), lapse_us()
    named = ", ".join(f"'{name}'" for name in by_event)
    first = " ".join(f"WHEN '{name}' THEN {stage}" for name, stage in by_event.items() if name != ORDERED)
    parts = [
        f"""kept AS MATERIALIZED (
            SELECT key, us, event, lead(us) OVER (PARTITION BY key ORDER BY us) - us AS silence
            FROM events WHERE event IN ({named}) AND us <= {until})""",
        f"orders AS (SELECT key, min(us) AS first_us FROM events WHERE event = '{ORDERED}' GROUP BY key)",
        f"""nominated AS MATERIALIZED (
            SELECT key, us, CASE event {first} ELSE CASE WHEN first_us < us THEN 3 ELSE 2 END END AS stage
            FROM kept LEFT JOIN orders USING (key))""",
    ]
    parts += [
        f"""stays{stage} AS (
            SELECT now.key, now.us, {stage} AS stage, further.us <= ends.us IS TRUE AS advances,
                   CASE WHEN advances THEN further.us ELSE ends.us + {lapse[stage]} END AS left_us,
                   CASE WHEN advances THEN further.us ELSE back.us END AS next_us
            FROM (SELECT key, us FROM nominated WHERE stage = {stage}) AS now
            ASOF JOIN (SELECT key, us FROM kept WHERE silence IS NULL OR silence > {lapse[stage]}) AS ends
                ON now.key = ends.key AND now.us <= ends.us
            ASOF LEFT JOIN (SELECT key, us FROM nominated WHERE stage > {stage}) AS further
                ON now.key = further.key AND now.us < further.us
            ASOF LEFT JOIN (SELECT key, us FROM nominated) AS back
                ON now.key = back.key AND ends.us < back.us)"""
        for stage in range(len(lapse))
    ]
    every = " UNION ALL ".join(f"FROM stays{stage}" for stage in range(len(lapse)))
    return f"""
        WITH RECURSIVE {", ".join(parts)},
        stays AS MATERIALIZED ({every}),
        walk AS (
            SELECT stays.*, -1 AS source FROM (SELECT key, min(us) AS us FROM nominated GROUP BY key)
            JOIN stays USING (key, us)
            UNION ALL
            SELECT stays.*, CASE WHEN walk.advances THEN walk.stage ELSE -2 END
            FROM walk JOIN stays ON walk.key = stays.key AND walk.next_us = stays.us),
        moves AS (
            SELECT us, source, stage AS target FROM walk
            UNION ALL SELECT left_us, stage, -2 FROM walk WHERE NOT advances AND left_us <= {until})
        SELECT epoch_us(date_trunc('month', make_timestamp(us))) AS month, source, target, count(*)
        FROM moves GROUP BY ALL"""
