"""How many get from the first step to the last: the question, its kernels from plain to complete, the answer."""

from parcours.measures.funnel.measure import MEASURE, Funnel
from parcours.measures.funnel.query import Exclusion, Query, Step, read_exclusions, read_steps
from parcours.measures.funnel.result import FunnelResult

__all__ = ["MEASURE", "Exclusion", "Funnel", "FunnelResult", "Query", "Step", "read_exclusions", "read_steps"]
