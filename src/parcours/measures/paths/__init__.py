"""Which ways sessions take, step by step."""

from parcours.measures.paths.measure import MEASURE, Paths, PathsResult, Query

__all__ = ["MEASURE", "Paths", "PathsResult", "Query"]
