"""A lifecycle document and engines for the maps."""

from __future__ import annotations

import pytest

from made_logs import made_engine
from made_shop import held_traits, shop
from parcours.journeys.lifecycle import LifecycleDocument, load_lifecycle
from parcours.measures.engine import LocalEngine

DOCUMENT = """
kind: lifecycle
id: shop
title: Our customers
activity: [visit, {event: order}]
stages:
  - id: aware
    title: Awareness
    purpose: They hear of us.
    enter: visit
    lapse: {after: 45d}
    channels: [ads, e-mail]
    strategies: [Billboards, {text: Coupons, verdict: works}]
  - id: buyer
    title: Purchase
    enter: order
    lapse: {after: 60d}
  - id: loyal
    title: Loyalty
    enter: {event: order, count: {gte: 3}, within: 120d}
"""


@pytest.fixture(scope="session")
def document() -> LifecycleDocument:
    return load_lifecycle(DOCUMENT, file="lifecycle.yaml")


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    return made_engine(tmp_path_factory.mktemp("shop"), shop(), buckets=4, profiles=held_traits())


@pytest.fixture(scope="session")
def empty_engine(tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    return made_engine(tmp_path_factory.mktemp("empty"), [])
