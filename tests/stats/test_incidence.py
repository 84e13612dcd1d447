"""Cumulative incidence against hand-worked figures, lifelines, exact fractions and its own laws."""

from __future__ import annotations

from fractions import Fraction
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter

from parcours.stats.incidence import CumulativeIncidence, cumulative_incidence
from parcours.stats.proportions import wilson
from parcours.stats.stays import IncidenceTable

Rows = list[tuple[int, int]]
stays = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 2)), min_size=1, max_size=40)


def table_of(rows: Rows) -> IncidenceTable:
    durations, causes = [row[0] for row in rows], [row[1] for row in rows]
    return IncidenceTable.of(np.array(durations, np.int64), np.array(causes, np.int64), cause_count=2)


def curves_of(rows: Rows) -> CumulativeIncidence:
    return cumulative_incidence(table_of(rows))


def exact_curves(rows: Rows) -> dict[int, tuple[Fraction, Fraction, Fraction, Fraction]]:
    """At each duration: survival, both incidences and the first one's variance, in fractions."""
    times = sorted({duration for duration, cause in rows if cause})
    survival, shares, steps, curves = Fraction(1), [Fraction(0), Fraction(0)], [], {}
    for time in times:
        n = sum(duration >= time for duration, _ in rows)
        ends = [rows.count((time, cause)) for cause in (1, 2)]
        shares = [share + survival * Fraction(d, n) for share, d in zip(shares, ends, strict=True)]
        steps.append((shares[0], survival, Fraction(n), Fraction(sum(ends)), Fraction(ends[0])))
        survival *= 1 - Fraction(sum(ends), n)
        variance = sum((_variance_term(shares[0], step) for step in steps), Fraction(0))
        curves[time] = (survival, shares[0], shares[1], variance)
    return curves


def _variance_term(final: Fraction, step: tuple[Fraction, ...]) -> Fraction:
    here, before, n, ends, own = step
    later = final - here
    first = later**2 * ends / (n * (n - ends)) if n > ends else Fraction(0)
    return first + before**2 * own * (n - own) / n**3 - 2 * later * before * own / n**2


@given(stays)
def test_curves_equal_the_textbook_sums_in_fractions(rows: Rows) -> None:
    curves, exact = curves_of(rows), exact_curves(rows)
    assert curves.times_us.tolist() == list(exact)
    for place, (survival, first, second, variance) in enumerate(exact.values()):
        assert curves.survival[place] == pytest.approx(float(survival), abs=1e-12)
        assert curves.incidence[:, place] == pytest.approx([float(first), float(second)], abs=1e-12)
        assert curves.variance[0, place] == pytest.approx(float(variance), abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.permutations(list(range(1, 41))), st.lists(st.integers(0, 2), min_size=40, max_size=40))
def test_agrees_with_lifelines_where_nothing_is_tied(durations: list[int], causes: list[int]) -> None:
    rows = [*zip(durations, causes, strict=True), (50, 1), (60, 0)]
    curves = curves_of(rows)
    fitter = AalenJohansenFitter().fit([d for d, _ in rows], [c for _, c in rows], event_of_interest=1)
    theirs = fitter.cumulative_density_.iloc[:, 0].loc[curves.times_us]
    assert curves.incidence[0] == pytest.approx(theirs.to_numpy(), abs=1e-12)
    assert curves.variance[0] == pytest.approx(fitter.variance_.loc[curves.times_us].to_numpy(), abs=1e-12)
    whole = KaplanMeierFitter().fit([d for d, _ in rows], [c > 0 for _, c in rows])
    assert curves.survival == pytest.approx(
        whole.survival_function_at_times(curves.times_us).to_numpy(), abs=1e-12
    )
    half = whole.median_survival_time_
    assert curves.median_stay_us() == (None if half == np.inf else half)


def test_tied_stays_by_hand() -> None:
    """Ten stays in days; advanced = 1, lapsed = 2, + unfinished: 1a 1l 2a 2a 2+ 3l 3l 3+ 4a 5+.

    Day 1: ten at risk, S = 8/10; F_a = F_l = 1/10.
    Day 2: eight at risk (the one cut off on day 2 among them), F_a = 1/10 + 8/10 · 2/8 = 3/10, S = 8/10 ·
    6/8 = 6/10. Day 3: five at risk, F_l = 1/10 + 6/10 · 2/5 = 34/100, S = 6/10 · 3/5 = 36/100. Day 4: two
    at risk, F_a = 3/10 + 36/100 · 1/2 = 48/100, S = 18/100.
    """
    curves = curves_of([(1, 1), (1, 2), (2, 1), (2, 1), (2, 0), (3, 2), (3, 2), (3, 0), (4, 1), (5, 0)])
    assert curves.times_us.tolist() == [1, 2, 3, 4]
    assert curves.at_risk.tolist() == [10, 8, 5, 2]
    assert curves.survival == pytest.approx([0.8, 0.6, 0.36, 0.18])
    assert curves.incidence[0] == pytest.approx([0.1, 0.3, 0.3, 0.48])
    assert curves.incidence[1] == pytest.approx([0.1, 0.1, 0.34, 0.34])
    assert curves.median_stay_us() == 3
    assert curves.quantile_us(1) is None
    assert curves.quantile_us(1, 0.3) == 2
    assert curves.quantile_us(2, 0.34) == 3
    # by day 1 nothing was cut off: binomial, 1 of 10
    assert curves.variance[0, 0] == pytest.approx(0.1 * 0.9 / 10)


def test_the_interval_by_hand() -> None:
    """Two of four stays advanced, none cut off: F = 1/2, variance 1/16, symmetric in log(-log(1 - F))."""
    found = curves_of([(1, 1), (2, 1), (3, 2), (4, 2)]).at(1, 4)
    reach = 1.959963984540054 * sqrt(1 / 16) / (0.5 * log(2))
    assert found.estimate is not None
    assert found.estimate.value == 0.5
    assert found.estimate.low == pytest.approx(1 - 0.5 ** exp(-reach))
    assert found.estimate.high == pytest.approx(1 - 0.5 ** exp(reach))
    assert (found.ended, found.at_risk_at_horizon, found.estimate.n) == (2, 1, 4)


@given(stays)
def test_ways_to_end_and_staying_make_up_the_whole(rows: Rows) -> None:
    curves = curves_of(rows)
    assert curves.incidence.sum(axis=0) + curves.survival == pytest.approx(np.ones(curves.times_us.size))
    for curve in (*curves.incidence, 1 - curves.survival):
        assert (np.diff(curve) >= 0).all()
        assert ((curve >= 0) & (curve <= 1)).all()
    assert (curves.variance >= 0).all()


@given(stays, st.integers(0, 10))
def test_intervals_contain_their_estimate(rows: Rows, horizon: int) -> None:
    curves = curves_of(rows)
    for found in (curves.at(1, horizon), curves.at(2, horizon), curves.left_at(horizon)):
        assert found.at_risk_at_horizon == sum(duration >= horizon for duration, _ in rows)
        if found.estimate is not None:
            assert 0 <= found.estimate.low <= found.estimate.value <= found.estimate.high <= 1
            assert found.estimate.low < found.estimate.high
            assert found.estimate.n == len(rows)


@given(stays, stays)
def test_merged_parts_give_the_same_digits_as_the_whole(first: Rows, second: Rows) -> None:
    merged = cumulative_incidence(table_of(second) + table_of(first))
    whole = curves_of(first + second)
    assert merged.incidence.tobytes() == whole.incidence.tobytes()
    assert merged.variance.tobytes() == whole.variance.tobytes()
    assert merged.survival.tobytes() == whole.survival.tobytes()
    assert merged.at(1, 4) == whole.at(1, 4)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 2)), min_size=1, max_size=40), st.integers(0, 10))
def test_without_unfinished_stays_it_is_the_plain_share(rows: Rows, horizon: int) -> None:
    found = curves_of(rows).at(1, horizon)
    share = sum(duration <= horizon and cause == 1 for duration, cause in rows) / len(rows)
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(share, abs=1e-15)
    assert found.ended == round(share * len(rows))
    place = np.searchsorted(curves_of(rows).times_us, horizon, side="right")
    if place:
        variance = curves_of(rows).variance[0, place - 1]
        assert variance == pytest.approx(share * (1 - share) / len(rows), abs=1e-15)


@given(stays)
def test_quantiles_are_where_the_curve_crosses(rows: Rows) -> None:
    curves, exact = curves_of(rows), exact_curves(rows)
    half = Fraction(1, 2)
    assert curves.quantile_us(1) == next((time for time, step in exact.items() if step[1] >= half), None)
    assert curves.quantile_us(2) == next((time for time, step in exact.items() if step[2] >= half), None)
    assert curves.median_stay_us() == next((time for time, step in exact.items() if step[0] <= half), None)


def test_no_stay_gives_no_figure() -> None:
    curves = cumulative_incidence(IncidenceTable.empty(2))
    found = curves.at(1, 30)
    assert (found.estimate, found.ended, found.at_risk_at_horizon, found.observed_until_us) == (
        None,
        0,
        0,
        None,
    )
    assert (curves.quantile_us(1), curves.median_stay_us()) == (None, None)
    assert curves.incidence.shape == (2, 0)


def test_one_stay() -> None:
    advanced = curves_of([(3, 1)])
    certain = wilson(1, 1)
    assert certain is not None
    assert advanced.at(1, 3).estimate == certain
    assert advanced.at(2, 3).estimate == wilson(0, 1)
    assert advanced.at(1, 2).estimate == wilson(0, 1)
    assert advanced.at(1, 1000).estimate == certain  # it has ended: nothing can change any more
    assert (advanced.quantile_us(1), advanced.median_stay_us()) == (3, 3)
    unfinished = curves_of([(3, 0)])
    assert unfinished.at(1, 3).estimate == wilson(0, 1)
    assert unfinished.at(1, 4).estimate is None


def test_beyond_what_was_observed_there_is_no_figure() -> None:
    """Half advanced on day 1; the other was last seen on day 5 and may still do anything."""
    curves = curves_of([(1, 1), (5, 0)])
    seen, beyond = curves.at(1, 5), curves.at(1, 6)
    assert seen.estimate is not None
    assert (seen.estimate.value, seen.at_risk_at_horizon) == (0.5, 1)
    assert (beyond.estimate, beyond.ended, beyond.at_risk_at_horizon) == (None, 1, 0)
    assert beyond.observed_until_us == 5


def test_nobody_ended_so_yet_is_not_certainty() -> None:
    """Wilson's interval of 0 of those whose fate is known: the two cut off before the horizon are not."""
    found = curves_of([(1, 0), (2, 0), (3, 2), (9, 0), (9, 0)]).at(1, 5)
    assert found.estimate is not None
    known = wilson(0, 3)
    assert known is not None
    assert (found.estimate.low, found.estimate.high, found.estimate.n) == (0, known.high, 5)


def test_impossible_questions_are_refused() -> None:
    curves = curves_of([(1, 1)])
    with pytest.raises(ValueError, match="cause must lie between 1 and 2"):
        curves.at(0, 5)
    with pytest.raises(ValueError, match="cause must lie between 1 and 2"):
        curves.quantile_us(3)
    with pytest.raises(ValueError, match="share"):
        curves.quantile_us(1, 0)


def test_a_million_stays_keep_their_precision() -> None:
    random = np.random.default_rng(7)
    durations = random.permutation(1_000_000)
    causes = 1 + random.integers(0, 2, 1_000_000)
    curves = cumulative_incidence(IncidenceTable.of(durations, causes, cause_count=2))
    found = curves.at(1, 500_000).estimate
    share = int(((causes == 1) & (durations <= 500_000)).sum()) / 1_000_000
    assert found is not None
    assert found.value == pytest.approx(share, abs=1e-12)
    assert curves.median_stay_us() == 499_999
    assert curves.survival[-1] == 0
    place = np.searchsorted(curves.times_us, 500_000)
    assert curves.variance[0, place] == pytest.approx(share * (1 - share) / 1_000_000, rel=1e-6)
