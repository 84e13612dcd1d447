"""How often people come, how long and how deep they stay."""

from parcours.measures.sessions.measure import MEASURE, Query, Sessions
from parcours.measures.sessions.result import SessionsResult

__all__ = ["MEASURE", "Query", "Sessions", "SessionsResult"]
