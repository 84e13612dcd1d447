"""The questions as SQL for ClickHouse. Each was written two or three ways (window functions, arrays, ASOF joins; with
and without aggregation in order); the fastest on two cores stands here."""

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
WEEK: Final = f"intDiv(intDiv(us, {DAY_US}) + 3, 7)"


def _of_step(step: int, until: int, columns: str = "") -> str:
    return f"SELECT key, us{columns} FROM bench.events WHERE event = '{STEPS[step - 1]}' AND us <= {until}"


def funnel(until: int) -> str:
    """ClickHouse's own ``windowFunnel``."""
    conditions = ", ".join(f"event = '{name}'" for name in STEPS)
    names = ", ".join(f"'{name}'" for name in STEPS)
    counts = ", ".join(f"countIf(level >= {step})" for step in range(1, LAST + 1))
    return f"""
        SELECT {counts} FROM (
            SELECT windowFunnel({WINDOW_US})(toUInt64(us), {conditions}) AS level
            FROM bench.events WHERE us <= {until} AND event IN ({names}) GROUP BY key)"""


def breakdown(until: int) -> str:
    """``windowFunnel`` knows neither exclusions nor where a way began: every attempt with its earliest way on."""
    chain = _of_step(LAST, until, f", us AS us{LAST}")
    for step in range(LAST - 1, 0, -1):
        later = ", ".join(f"after.us{later} AS us{later}" for later in range(step + 1, LAST + 1))
        column = f", {BREAKDOWN}" if step == 1 else ""
        named = f", now.{BREAKDOWN} AS {BREAKDOWN}" if step == 1 else ""
        chain = f"""
            SELECT now.key AS key, now.us AS us, now.us AS us{step}, {later}{named}
            FROM ({_of_step(step, until, column)}) AS now
            ASOF LEFT JOIN ({chain}) AS after ON now.key = after.key AND now.us < after.us"""
    later = ", ".join(f"one.us{step} AS us{step}" for step in range(2, LAST + 1))
    attempts = f"""
        SELECT one.key AS key, one.us AS us, one.{BREAKDOWN} AS value, {later}, forbidden.us AS void_us
        FROM ({chain}) AS one
        ASOF LEFT JOIN (SELECT key, us FROM bench.events WHERE event = '{EXCLUDED}' AND us <= {until}) AS forbidden
        ON one.key = forbidden.key AND one.us < forbidden.us"""
    reached = ", ".join(f"us{n} > 0 AND us{n} - us <= {WINDOW_US}, {n}" for n in range(LAST, 1, -1))
    ends = ", ".join(f"reached = {step}, us{step}" for step in range(2, LAST + 1))
    counts = ", ".join(f"countIf(best.2 >= {step})" for step in range(1, LAST + 1))
    return f"""
        SELECT best.1 AS value, {counts} FROM (
            SELECT argMax((value, reached, clean), (reached, clean, -ends, us)) AS best FROM (
                SELECT key, us, value, multiIf({reached}, 1) AS reached, multiIf({ends}, us) AS ends,
                       void_us = 0 OR void_us >= if(reached = {LAST}, us{LAST}, us + {WINDOW_US} + 1) AS clean
                FROM ({attempts}))
            GROUP BY key)
        WHERE best.3 GROUP BY value"""


def retention(until: int) -> str:
    """Each customer's different weeks as an array, beside the first. ClickHouse's ``retention`` takes 32 conditions
    and one cohort at a time: 53 queries instead of this one."""
    return f"""
        SELECT cohort, week - cohort, count() FROM (
            SELECT groupUniqArray({WEEK}) AS weeks, arrayMin(weeks) AS cohort, arrayJoin(weeks) AS week
            FROM bench.events WHERE us <= {until} GROUP BY key)
        GROUP BY 1, 2"""


def growth(until: int) -> str:
    """Each customer's different days as an array, beside the one before and the one after."""
    return f"""
        SELECT day, sum(state.2), sum(state.3), sum(state.4), sum(state.5) FROM (
            SELECT arrayJoin(arrayConcat(
                arrayMap((d, p) -> (d, p = -1, p = d - 1, p >= 0 AND p < d - 1, 0), days, before),
                arrayMap(d -> (d + 1, 0, 0, 0, 1),
                         arrayFilter((d, n) -> n != d + 1, days, after)))) AS state, state.1 AS day
            FROM (
                SELECT arraySort(groupUniqArray(intDiv(us, {DAY_US}))) AS days,
                       arrayPushFront(arrayPopBack(days), -1) AS before,
                       arrayPushBack(arrayPopFront(days), -1) AS after
                FROM bench.events WHERE us <= {until} GROUP BY key))
        WHERE day <= {until // DAY_US} GROUP BY day"""


def transitions(until: int) -> str:
    """Every event beside the one before; a customer's last event is an exit. Codes 0 and −1 stand for the ends."""
    return f"""
        WITH beside AS (
            SELECT key, toInt8(event) AS code, lagInFrame(toInt8(event)) OVER line AS before,
                   before = 0 OR us - lagInFrame(us) OVER line > {IDLE_US} AS opens
            FROM bench.events WHERE us <= {until}
            WINDOW line AS (PARTITION BY key ORDER BY us ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))
        SELECT source, target, sum(times), count() FROM (
            SELECT key, if(opens, 0, before) AS source, code AS target, count() AS times
            FROM beside WHERE opens OR before != code GROUP BY ALL
            UNION ALL
            SELECT key, source, -1, sum(times) FROM (
                SELECT key, before AS source, count() AS times FROM beside WHERE opens AND before != 0 GROUP BY ALL
                UNION ALL
                SELECT key, toInt8(argMax(event, us)), 1 FROM bench.events WHERE us <= {until} GROUP BY key)
            GROUP BY key, source)
        GROUP BY source, target"""


def link_name(code: int) -> str:
    """What a code of ``transitions`` stands for at an end of a path."""
    return {0: START, -1: EXIT}[code]


def stages(until: int) -> tuple[list[str], str, str]:
    """Statements that prepare where each stay would end and lead, for every event that could begin one; one round of
    the walk from stay to stay; and the counts. ClickHouse has recursive queries, but keeps no result of a WITH, so
    the parts are tables in memory."""
    by_event, lapse = stage_by_event(), lapse_us()
    named = ", ".join(f"'{name}'" for name in by_event)
    first = ", ".join(f"event = '{name}', {stage}" for name, stage in by_event.items() if name != ORDERED)
    line = "(PARTITION BY key ORDER BY us ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING)"
    every = " UNION ALL ".join(_stays(stage, lapse[stage]) for stage in range(len(lapse)))
    prepare = [
        f"""CREATE OR REPLACE TABLE bench.kept ENGINE = Memory AS
            SELECT key, us, leadInFrame(us) OVER {line} AS next_us,
                   if(next_us = 0, {2**62}, next_us - us) AS silence,
                   multiIf({first}, first_us < us, 3, 2)::Int8 AS stage
            FROM (SELECT key, us, event FROM bench.events WHERE event IN ({named}) AND us <= {until}) AS named
            LEFT ANY JOIN (
                SELECT key, min(us) AS first_us FROM bench.events WHERE event = '{ORDERED}' GROUP BY key) AS orders
            USING (key)""",
        f"CREATE OR REPLACE TABLE bench.stays ENGINE = Memory AS {every}",
        """CREATE OR REPLACE TABLE bench.walk ENGINE = Memory AS
            SELECT stays.*, -1 AS source, 0 AS round FROM bench.stays AS stays
            WHERE (key, us) IN (SELECT key, min(us) FROM bench.kept GROUP BY key)""",
    ]
    step = """
        INSERT INTO bench.walk
        SELECT stays.*, if(before.advances, before.stage, -2), {round} + 1
        FROM bench.stays AS stays
        INNER JOIN (
            SELECT key, next_us, advances, stage FROM bench.walk WHERE round = {round} AND next_us > 0) AS before
        ON stays.key = before.key AND stays.us = before.next_us"""
    count = f"""
        SELECT toUnixTimestamp64Micro(toDateTime64(toStartOfMonth(fromUnixTimestamp64Micro(us, 'UTC')), 6, 'UTC')),
               source, target, count() FROM (
            SELECT us, source, stage AS target FROM bench.walk
            UNION ALL SELECT left_us, stage, -2 FROM bench.walk WHERE NOT advances AND left_us <= {until})
        GROUP BY ALL"""
    return prepare, step, count


def _stays(stage: int, lapse: int) -> str:
    """Where a stay that begins at an event that nominates this stage ends, and which event begins the next."""
    ends = f"SELECT key, us, next_us FROM bench.kept WHERE silence > {lapse}"
    further = f"SELECT key, us FROM bench.kept WHERE stage > {stage}"
    return f"""
        SELECT now.key AS key, now.us AS us, {stage}::Int8 AS stage,
               now.further_us > 0 AND now.further_us <= ends.us AS advances,
               if(advances, now.further_us, ends.us + {lapse}) AS left_us,
               if(advances, now.further_us, ends.next_us) AS next_us
        FROM (
            SELECT now.key AS key, now.us AS us, further.us AS further_us
            FROM (SELECT key, us FROM bench.kept WHERE stage = {stage}) AS now
            ASOF LEFT JOIN ({further}) AS further ON now.key = further.key AND now.us < further.us) AS now
        ASOF JOIN ({ends}) AS ends ON now.key = ends.key AND now.us <= ends.us"""
