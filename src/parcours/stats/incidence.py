"""How likely a stay ends in each of several ways within a time, when some stays are not finished yet.

The Aalen-Johansen estimator of cumulative incidence under competing risks with right censoring (O. O. Aalen
and S. Johansen, "An empirical transition matrix for non-homogeneous Markov chains based on censored
observations", Scandinavian Journal of Statistics 5, 1978). At duration t_i let n_i stays be at risk, d_i of
them end, d_ki by cause k, and let S be the Kaplan-Meier survival over all causes:

    F_k(t) = sum over t_i <= t of  S(t_(i-1)) d_ki / n_i

Variance: Greenwood-type delta method with multinomial hazards, which is exact about ties and gives F(1 -
F)/N when nothing is censored (P. Marubini and M. G. Valsecchi, "Analysing Survival Data from Clinical
Trials and Observational Studies", 1995, ch. 10; recommended by A. Allignol, M. Schumacher and J.
Beyersmann, Biometrical Journal 52, 2010). With D_i = F_k(t) - F_k(t_i):

    Var F_k(t) = sum over t_i <= t of  D_i^2 d_i / (n_i (n_i - d_i))  +  S(t_(i-1))^2 d_ki (n_i - d_ki) /
    n_i^3
                                       -  2 D_i S(t_(i-1)) d_ki / n_i^2

Ties: ends at one duration happen together; a stay cut off at a duration was still at risk there. It assumes
that being unfinished says nothing about how a stay would have ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, inf, log, log1p, sqrt

import numpy as np
from numpy.typing import NDArray

from parcours.stats.counting import IntArray
from parcours.stats.proportions import normal_quantile, wilson_bounds
from parcours.stats.stays import IncidenceTable, sum_of_columns
from parcours.values import Estimate

FloatArray = NDArray[np.float64]
ROUNDING = (
    1e-9  # sums of a million shares stay closer to the truth than this; far below the weight of one stay
)


@dataclass(frozen=True)
class AtHorizon:
    """The share of stays that ended in one way within the horizon, ends at exactly the horizon included.

    ``estimate`` is None when the share cannot be known: there is no stay, or the longest stay observed is
    unfinished and shorter than the horizon, so that nobody shows what happens until then. When no stay is
    left because all have ended, the last value holds for ever and is given. ``at_risk_at_horizon`` stays
    were observed at least up to the horizon; few of them mean that the figure hangs on few, which the
    interval shows too.
    """

    estimate: Estimate | None
    ended: int
    at_risk_at_horizon: int
    observed_until_us: int | None  # the longest duration observed; None without stays


@dataclass(frozen=True, eq=False)
class CumulativeIncidence:
    """Step functions of duration, each value holding from its time up to the next (before the first: 0,
    survival 1).

    ``times_us``, ``at_risk``, ``survival``, ``survival_variance`` have shape (k,): the durations at which
    stays ended; ``ended``, ``incidence`` and ``variance`` (causes, k). Cause 1 is row 0.
    """

    table: IncidenceTable
    times_us: IntArray
    at_risk: IntArray
    survival: FloatArray
    survival_variance: FloatArray
    ended: IntArray
    incidence: FloatArray
    variance: FloatArray

    def at(self, cause: int, horizon_us: int) -> AtHorizon:
        """Share of stays that ended by ``cause`` (1, 2, ...) within the horizon, with a 95 % interval.

        Interval: complementary log-log, ``log(-log(1 - F))``, always inside 0..1. Where it does not exist,
        as no stay or every stay ended so, Wilson's interval of 0 (or all) of the stays whose fate at the
        horizon is known.
        """
        row = self._row(cause)
        return self._at(self.ended[row], self.incidence[row], self.variance[row], horizon_us)

    def left_at(self, horizon_us: int) -> AtHorizon:
        """Share of stays that ended by any cause within the horizon: one minus Kaplan-Meier survival."""
        return self._at(self.ended.sum(axis=0), 1 - self.survival, self.survival_variance, horizon_us)

    def quantile_us(self, cause: int, share: float = 0.5) -> int | None:
        """The shortest time within which at least ``share`` of **all** stays end by ``cause``; None if
        never reached.

        The default is the median time to advance, with lapse as competing risk.
        """
        return self._first_time(self.incidence[self._row(cause)], share)

    def median_stay_us(self) -> int | None:
        """The shortest time within which at least half of the stays end, by any cause; None if none."""
        return self._first_time(1 - self.survival, 0.5)

    def _row(self, cause: int) -> int:
        if not 1 <= cause <= self.table.cause_count:
            raise ValueError(f"cause must lie between 1 and {self.table.cause_count}, not {cause}")
        return cause - 1

    def _first_time(self, curve: FloatArray, share: float) -> int | None:
        if not 0 < share <= 1:
            raise ValueError(f"a share lies above 0 and up to 1, not {share!r}")
        reached = np.flatnonzero(curve >= share - ROUNDING)
        return int(self.times_us[reached[0]]) if reached.size else None

    def _at(self, ended: IntArray, curve: FloatArray, variance: FloatArray, horizon_us: int) -> AtHorizon:
        durations = self.table.durations_us
        steps = int(np.searchsorted(self.times_us, horizon_us, side="right"))
        before = int(np.searchsorted(durations, horizon_us, side="left"))
        stays, so_far = self.table.stays, int(ended[:steps].sum())
        at_risk = int(self.table.counts[before:].sum())
        until = int(durations[-1]) if durations.size else None
        used_up = bool(self.survival.size) and self.survival[-1] == 0
        if until is None or (horizon_us > until and not used_up):
            return AtHorizon(None, so_far, at_risk, until)
        known = stays - int(self.table.counts[:before, 0].sum())
        other_ends = int(self.ended[:, :steps].sum()) - so_far
        everyone = steps > 0 and self.survival[steps - 1] == 0 and other_ends == 0
        if so_far == 0 or everyone:
            estimate = _none_or_all(known, stays, everyone=everyone)
        else:
            low, high = _log_log_bounds(float(curve[steps - 1]), sqrt(variance[steps - 1]))
            estimate = Estimate(float(curve[steps - 1]), low, high, stays)
        return AtHorizon(estimate, so_far, at_risk, until)


def cumulative_incidence(table: IncidenceTable) -> CumulativeIncidence:
    """The curves of a table of stays; an empty table gives curves without steps."""
    at_risk, ended = table.at_risk, sum_of_columns(table.counts[:, 1:])
    weight = _weights(at_risk - ended, table.counts[:, 0], table.stays)
    steps = ended > 0
    causes, n, d, w = table.counts[steps, 1:].T, at_risk[steps], ended[steps], weight[steps]
    survival = (n - d) * w
    hazard_variance = np.where(n > d, d / (n * np.maximum(n - d, 1.0)), 0.0)
    rows = [_curve(row, n, w, hazard_variance) for row in causes]
    return CumulativeIncidence(
        table=table,
        times_us=table.durations_us[steps],
        at_risk=n,
        survival=survival,
        survival_variance=survival**2 * np.cumsum(hazard_variance),
        ended=causes,
        incidence=np.stack([incidence for incidence, _ in rows]),
        variance=np.stack([variance for _, variance in rows]),
    )


def _weights(staying: IntArray, cut_off: IntArray, stays: int) -> FloatArray:
    """What one stay at risk at each duration stands for: ``S(t_(i-1)) / n_i``.

    One N-th of all at first; each stay that is cut off hands its weight on equally to those that remain (B.
    Efron, 1967). Written so, survival falls to exactly 0 and shares without censoring are counts over N.
    """
    remaining = staying - cut_off
    handed_on = np.where(remaining > 0, staying / np.maximum(remaining, 1), 1.0)
    return np.concatenate(([1.0], np.cumprod(handed_on)[:-1]))[: staying.size] / max(stays, 1)


def _curve(
    ended: IntArray, at_risk: IntArray, weight: FloatArray, hazard_variance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """One cause's incidence and its variance at every step, in one pass.

    D_i grows by the same step for all earlier i, so the sums over i grow by known amounts (all
    non-negative, nothing cancels).
    """
    step = ended * weight
    hazards = _before(np.cumsum(hazard_variance))
    linear = np.cumsum(step * hazards)
    square = np.cumsum(2 * step * _before(linear) + step**2 * hazards)
    own = np.cumsum(weight**2 * ended * (at_risk - ended) / at_risk)
    cross = np.cumsum(step * _before(np.cumsum(step / at_risk)))
    return np.minimum(np.cumsum(step), 1.0), np.maximum(square + own - 2 * cross, 0.0)


def _before(sums: FloatArray) -> FloatArray:
    return np.concatenate(([0.0], sums[:-1]))[: sums.size]


def _none_or_all(known: int, stays: int, *, everyone: bool) -> Estimate:
    low, high = wilson_bounds(known if everyone else 0, known)
    return Estimate(1.0 if everyone else 0.0, float(low), float(high), stays)


def _log_log_bounds(share: float, error: float) -> tuple[float, float]:
    """The 95 % interval that is symmetric in ``log(-log(1 - share))``."""
    below_one = min(share, 1 - 1e-15)  # rounding must not make a certainty of it
    hazard = -log1p(-below_one)
    reach = normal_quantile(0.95) * error / ((1 - below_one) * hazard)
    low, high = (-expm1(-_exp(log(hazard) + sign * reach)) for sign in (-1, 1))
    return min(low, share), max(high, share)


def _exp(power: float) -> float:
    return exp(power) if power < 700 else inf
