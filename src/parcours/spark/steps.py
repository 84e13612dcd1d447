"""Work packed for executors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from parcours.spark import sent

PACKAGES: Final = ("numba", "parcours")  # the first one missing is named


@dataclass(frozen=True)
class Packed:
    """One piece of work; Spark takes the functions that its methods give."""

    step: sent.Step

    def answering(self) -> Callable[..., Any]:
        return sent.answering(self.step)

    def merging(self) -> Callable[..., Any]:
        return sent.merging(self.step)

    def dealing(self) -> Callable[..., Any]:
        return sent.dealing(self.step)


def step(work: object) -> Packed:
    """Work for executors, with what must be there to do it."""
    cloudpickle: Any = import_module("pyspark.cloudpickle")  # it has no types
    cloudpickle.register_pickle_by_value(sent)
    return Packed(sent.Step(cloudpickle.dumps(work), sent.version_here(), PACKAGES))
