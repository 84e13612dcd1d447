"""Measures that follow new events: their partials can be taken apart again, customer by customer.

A partial is a sum over customers. So the answer after new events is the answer before, minus the part of the customers
that these events touch as they were, plus their part as they are. That is exact because parts are whole numbers, and it
costs what is new. A measure of this kind says which of its arrays are such sums, and when a customer's part changes
although nothing new is known about the customer, because the end of the data moved on: a stay lapses, a window closes.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import reduce
from typing import ClassVar, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from parcours.measures.contract import Measure, Partial, Query
from parcours.measures.result import Result
from parcours.timelines.partition import Partition

Q = TypeVar("Q", bound=Query)
R = TypeVar("R", bound=Result)
NEVER: Final = np.iinfo(np.int64).max


class FollowedMeasure(Measure[Q, R]):
    """A measure whose partials add up to nothing when one is taken from itself."""

    counts: ClassVar[frozenset[str]]
    """The arrays of a partial that are sums over customers; all others name what is counted."""

    @abstractmethod
    def wakes_us(self, partition: Partition, query: Q) -> NDArray[np.int64] | None:
        """For each customer, the first instant after the end of the data at which their part of the partial changes if
        nothing happens; NEVER when none does. None when it cannot be told: then all customers are counted anew.
        """

    def follows(self, query: Q) -> bool:  # noqa: ARG002  (most always do)
        """Whether this question's partials can be taken apart."""
        return True

    def goes_on(self, before: Q, after: Q) -> bool:
        """Whether a later question asks for the same cells of customers with the same events. Both differ at most in
        the end of the data and of the range.
        """
        return before.end == after.end

    def exact(self, partial: Partial) -> bool:  # noqa: ARG002  (most always are)
        """Whether the partial tells all that was counted; one that was cut to save room cannot be taken apart."""
        return True

    def tidied(self, partial: Partial, query: Q) -> Partial:  # noqa: ARG002  (most need nothing)
        """The partial as counting would have made it: without cells of which nothing is left."""
        return partial

    def replaced(self, total: Partial, gone: Sequence[Partial], come: Sequence[Partial], query: Q) -> Partial:
        """A total in which some customers' parts give way to others."""
        negative = [{name: self._negative(name, array) for name, array in one.items()} for one in gone]
        change = reduce(self.merge, (*come, *negative))  # small parts first
        return self.tidied(self.merge(total, change), query)

    def _negative(self, name: str, array: NDArray[np.generic]) -> NDArray[np.generic]:
        return np.negative(array) if name in self.counts else array


def never(partition: Partition) -> NDArray[np.int64]:
    """Of a measure whose parts change by events alone."""
    return np.full(partition.customer_count, NEVER, np.int64)


def ends_open(before: Query, after: Query) -> bool:
    """Whether neither range ends before its data do, so that the range's last day decides nothing."""
    return all(
        query.end is not None
        and query.calendar.midnight_us(query.calendar.step(query.end, "day")) > query.as_of_us
        for query in (before, after)
    )
