"""Do they come back: the question, the walk over each unit's events, the triangle."""

from parcours.measures.retention.measure import MEASURE, Group, Retention, RetentionResult
from parcours.measures.retention.query import Query

__all__ = ["MEASURE", "Group", "Query", "Retention", "RetentionResult"]
