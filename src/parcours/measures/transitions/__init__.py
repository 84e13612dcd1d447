"""What comes next after each item, how often, how soon."""

from parcours.measures.transitions.measure import MEASURE, Query, Transitions, TransitionsResult

__all__ = ["MEASURE", "Query", "Transitions", "TransitionsResult"]
