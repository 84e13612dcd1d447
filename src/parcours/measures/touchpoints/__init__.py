"""Who meets the touchpoints of a journey: the question, one pass over each customer's events, the answer."""

from parcours.measures.touchpoints.measure import MEASURE, Touchpoints
from parcours.measures.touchpoints.query import Query, TouchpointRule
from parcours.measures.touchpoints.result import TouchpointsResult

__all__ = ["MEASURE", "Query", "TouchpointRule", "Touchpoints", "TouchpointsResult"]
