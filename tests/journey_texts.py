"""A small journey as its team would write it, and the story of six customers who take it: to be counted by hand."""

from __future__ import annotations

from made_logs import Row, row
from parcours.journeys.documents import Documents
from parcours.journeys.reading import read_texts

LIFECYCLE = """
kind: lifecycle
id: shop
title: Our customers
stages:
  - id: aware
    title: Aware
    enter: look
    lapse: {after: 20d}
    journeys: [gift]
    metrics: [{metric: stayers, target: 0.5}]
  - {id: buyer, title: Buyer, enter: order, lapse: {after: 30d}}
"""
JOURNEY = """
kind: journey
id: gift
title: I find a gift
stage: [aware, buyer]
aim: sales
personas: [claire]
goals: {customer: A gift in time, company: A first order}
window: 10d
value: order
value_within: 20d
phases:
  - id: find
    title: Find
    goal: An idea
    metrics: [{metric: lookers, target: 3, headline: true}]
    touchpoints:
      - id: look
        title: Look around
        channels: [web]
        events: [look, {event: mail, where: {channel: email}}]
        emotion: {score: 1, quote: "Ideas at last."}
        doing: [{text: Skims, evidence: {sources: [Interviews], n: 5, as_of: 2026-01-10}}, Scrolls]
        thinking: [{text: Old, evidence: {sources: [Study], as_of: 2020-01-01}}]
      - {id: club, title: Join the club, events: join, optional: true}
  - id: buy
    title: Buy
    stage: buyer
    touchpoints:
      - id: basket
        title: Fill the basket
        events: basket
        within: 3d
        moment_of_truth: true
        emotion: -1
        cells: {back: Stock is counted}
      - id: order
        title: Order
        events: order
        feedback: [rating]
        metrics: [{metric: basket-to-order, target: 0.5, warn: 0.4, minimum_n: 2}, orders-worth, gone]
        next: [{to: look, when: they come back}]
      - {id: give, title: Give it, emotion: 2, icon: box}
lanes:
  - {id: back, title: Backstage, line: visibility}
"""
OTHERS = {
    "journeys/again.yaml": """
kind: journey
id: again
title: I come again
phases:
  - id: only
    title: Only
    touchpoints:
      - {id: come, use: gift/look, title: Come back}
      - {id: buy, use: gift/order}
""",
    "metrics/lookers.yaml": """
kind: metric
id: lookers
title: Lookers
unit: number
figure: {customers: look}
""",
    "metrics/basket-to-order.yaml": """
kind: metric
id: basket-to-order
title: Basket to order
unit: share
conversion: {from: basket, to: order, within: 2d}
""",
    "metrics/orders-worth.yaml": """
kind: metric
id: orders-worth
title: Worth of an order
unit: money
figure: {mean: order}
""",
    "metrics/gone.yaml": """
kind: metric
id: gone
title: Gone
unit: share
direction: down
churn: {}
""",
    "metrics/stayers.yaml": """
kind: metric
id: stayers
title: Stayers
unit: share
retention: {}
""",
    "feedback/rating.yaml": """
kind: feedback
id: rating
title: How was it?
events: rate
score: stars
scale: stars
""",
    "channels/web.yaml": """
kind: channel
id: web
title: Web shop
icon: cart
values: [web, site]
""",
    "personas/claire.yaml": """
kind: persona
id: claire
name: Claire
segment: {profile: {country: FR}}
""",
    "pain-points/slow.yaml": """
kind: pain-point
id: slow
text: The basket is slow.
severity: 4
events: complain
touchpoints: [gift/basket]
""",
    "opportunities/faster.yaml": """
kind: opportunity
id: faster
text: How might we make it fast?
pain_points: [slow]
""",
    "solutions/cache.yaml": """
kind: solution
id: cache
text: Cache the basket
opportunities: [faster]
status: done
shipped_on: 2026-02-10
expected: {metric: lookers, change: 2}
""",
}


def documents() -> Documents:
    """All of them, read as files are."""
    texts = {"lifecycle.yaml": LIFECYCLE, "journeys/gift.yaml": JOURNEY, **OTHERS}
    return read_texts({path: text.lstrip() for path, text in texts.items()}).documents


def story() -> list[Row]:
    """ann buys, bob fills a basket and complains, eve looks twice and is silent, kim mails and joins, zoe is new."""
    euro = {"currency": "EUR"}
    return [
        row("old", "2026-01-20", "look", channel="web"),
        row("ann", "2026-02-02", "look", channel="web"),
        row("ann", "2026-02-03", "join"),
        row("ann", "2026-02-04", "basket", channel="site"),
        row("ann", "2026-02-05", "order", value_minor=4000, **euro),
        row("ann", "2026-02-06", "rate", properties={"stars": 5}),
        row("ann", "2026-02-12", "order", value_minor=2000, **euro),
        row("bob", "2026-02-03", "look", channel="ads"),
        row("bob", "2026-02-05", "basket"),
        row("bob", "2026-02-05T10:00", "complain"),
        row("eve", "2026-02-10", "look", channel="web"),
        row("eve", "2026-02-11", "look", channel="site"),
        row("kim", "2026-02-08", "mail", channel="email"),
        row("kim", "2026-02-09", "join"),
        row("zoe", "2026-02-28", "look"),
        row("ida", "2026-02-27", "look"),
        row("ida", "2026-02-28", "basket"),
        row("old", "2026-03-05T12:00", "odd"),
    ]
