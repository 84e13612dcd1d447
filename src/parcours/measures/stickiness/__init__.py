"""How regularly do they come: units by the number of periods in which they are active."""

from parcours.measures.stickiness.measure import MEASURE, Group, Query, Stickiness, StickinessResult

__all__ = ["MEASURE", "Group", "Query", "Stickiness", "StickinessResult"]
