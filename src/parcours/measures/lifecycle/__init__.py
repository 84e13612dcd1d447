"""Where customers leave: each stage's ends and times, and what was done last."""

from parcours.measures.lifecycle.measure import MEASURE, Lifecycle, LifecycleResult, Outcome, Query

__all__ = ["MEASURE", "Lifecycle", "LifecycleResult", "Outcome", "Query"]
