"""Documents for tests: of each kind one with every field set and one with as few as possible, and a small workspace's
worth of them that fit together."""

from __future__ import annotations

from functools import cache
from typing import Any

from parcours.journeys.documents import KINDS, Document
from parcours.yaml_files import load_model

FULL = {
    "lifecycle": """
kind: lifecycle
id: shop
title: Our shop in full
purpose: To see where customers stand
owner: Marketing
activity: [order]
funnel: {steps: [seen, order], window: 3d}
retention: {start: order, return: order, unit: week}
stages:
  - id: purchase
    title: Buying
    purpose: They buy
    enter: [{event: order, count: {gte: 2}, within: 30d}]
    keep: [seen]
    lapse: {after: 90d}
    channels: [Web]
    strategies: [Free delivery]
    works: [Reminder]
    must_improve: [Instalments]
    customer_goal: A gift
    company_goal: An order
    metrics:
      - {metric: rate, title: Here, target: 0.4, warn: 0.3, minimum_n: 50, headline: true, where: {channel: web}}
    journeys: [one]
""",
    "journey": """
kind: journey
id: one
title: I buy in full
stage: [purchase]
aim: sales
status: live
variant: to_be
variant_of: other
parent: whole
personas: [claire]
scenario: A birthday
expectation: In time
goals: {customer: A gift, company: An order}
owner: Nora
reviewed_on: 2026-01-02
review_by: 2026-06-02
tags: [gift]
window: 20d
value: order
value_within: 60d
weights: {attainment: 2, emotion: 3, friction: 4}
phases:
  - id: discover
    title: Find
    goal: An idea
    stage: purchase
    metrics: [rate]
    touchpoints:
      - id: visit
        title: Open the guide
        use: other/guide
        journey: other
        initiator: company
        kind: action
        channels: [web]
        icon: email
        moment_of_truth: true
        events: [seen, {event: viewed, where: {page: {contains: guide}}}]
        optional: true
        within: 2d
        next: [{to: order, when: in a hurry}]
        emotion:
          - {score: 1, label: glad, quote: Nice, persona: claire, evidence: {sources: [Talks], n: 12}}
        feedback: [stars]
        metrics: [{metric: rate, target: 0.62, warn: 0.5}]
        doing: [Looks, {text: Saves, persona: claire}]
        thinking: [Is it nice?]
        cells: {backstage: [Editors choose]}
        evidence: {sources: [Talks]}
      - {id: order, title: Order, events: order}
lanes:
  - {id: backstage, title: Backstage, line: visibility, hidden: true}
""",
    "persona": """
kind: persona
id: claire
name: Claire in full
role: Buys gifts
type: secondary
quote: In time, please
goals: [A gift]
needs: [A date]
frustrations: [Late dates]
notes: Met in March
segment: {profile: {country: [FR, BE]}}
evidence: {sources: [Talks], n: 12, as_of: 2026-01-01}
""",
    "channel": "kind: channel\nid: web\ntitle: Web in full\nicon: shop\nvalues: [www]\nowner: Tom\n",
    "metric": """
kind: metric
id: rate
title: Rate in full
meaning: Who buys
unit: share
direction: down
owner: Nora
conversion: {from: seen, to: order, within: 3d}
""",
    "feedback": """
kind: feedback
id: stars
title: Stars in full
events: reviewed
asked: asked
score: points
scale: custom
higher_is: worse
lowest: 1
highest: 9
comment: words
""",
    "pain-point": """
kind: pain-point
id: late
text: Too late, in full
severity: 5
frequency: often
events: left
touchpoints: [one/visit]
stages: [purchase]
personas: [claire]
owner: Nora
evidence: {sources: [Talks]}
""",
    "opportunity": """
kind: opportunity
id: early
text: How might we be early, in full?
pain_points: [late]
touchpoints: [one/visit]
impact: 4
effort: 2
owner: Nora
status: running
""",
    "solution": """
kind: solution
id: date
text: A date, in full
opportunities: [early]
pain_points: [late]
touchpoints: [one/visit]
owner: Nora
status: done
effort: 3
expected: {metric: rate, change: 0.06}
shipped_on: 2026-02-03
link: https://example.com/1
notes: Soon
evidence: {sources: [Talks]}
""",
    "segment": """
kind: segment
id: french
title: French in full
condition: {profile: {country: FR}, sequence: seen -> no left within 2d -> order}
""",
}  # fmt: skip
SMALL = {
    "lifecycle": "kind: lifecycle\nid: shop\ntitle: Shop\nstages:\n  - {id: purchase, title: Purchase, enter: order}\n",
    "journey": """
kind: journey
id: one
title: I buy
phases:
  - id: discover
    title: Discover
    touchpoints:
      - {id: visit, title: Visit}
      - {id: order, title: Order, events: order}
""",
    "persona": "kind: persona\nid: claire\nname: Claire\n",
    "channel": "kind: channel\nid: web\ntitle: Web\n",
    "metric": "kind: metric\nid: rate\ntitle: Rate\nunit: number\nfigure: {events: order}\n",
    "feedback": "kind: feedback\nid: stars\ntitle: Stars\nevents: answered\nscore: score\nscale: nps\n",
    "pain-point": "kind: pain-point\nid: late\ntext: Too late\nseverity: 1\n",
    "opportunity": "kind: opportunity\nid: early\ntext: How might we be early?\n",
    "solution": "kind: solution\nid: date\ntext: A date\n",
    "segment": "kind: segment\nid: french\ntitle: French\ncell: {measure: funnel, at: {step: '1'}}\n",
}

# A folder of documents that fit together.
SHOP = {
    "lifecycle.yaml": """# the shop
kind: lifecycle
id: shop
title: Shop
stages:
  - {id: purchase, title: Purchase, enter: order, lapse: {after: 30d}, journeys: [one]}   # the only one
""",
    "journeys/one.yaml": """kind: journey
id: one
title: I buy        # in her words
stage: purchase
personas: claire
phases:
  - id: discover
    title: Discover
    touchpoints:
      - {id: visit, title: Visit, events: seen, channels: [web], metrics: [{metric: rate, target: 0.62}], emotion: 1}
      - {id: guide, title: Open the guide, feedback: stars}
  - id: consider
    title: Consideration
    touchpoints:
      - {id: basket, title: Fill the basket, events: added}
""",
    "personas/claire.yaml": "kind: persona\nid: claire\nname: Claire\n",
    "channels/web.yaml": "kind: channel\nid: web\ntitle: Web\n",
    "metrics/rate.yaml": "kind: metric\nid: rate\ntitle: Rate of orders\nunit: share\nrepeat: {events: order}\n",
    "feedback/stars.yaml": (
        "kind: feedback\nid: stars\ntitle: Stars\nevents: reviewed\nscore: stars\nscale: stars\n"
    ),
    "pain-points/late.yaml": "kind: pain-point\nid: late\ntext: Late\nseverity: 4\ntouchpoints: one/guide\n",
    "opportunities/early.yaml": (
        "kind: opportunity\nid: early\ntext: How might we be early?\npain_points: late\n"
    ),
    "solutions/date.yaml": (
        "kind: solution\nid: date\ntext: A date\nopportunities: early\nexpected: {metric: rate, change: 0.05}\n"
    ),
    "segments/french.yaml": "kind: segment\nid: french\ntitle: French\ncondition: {profile: {country: FR}}\n",
}


@cache
def full(kind: str) -> Any:
    """The document of a kind with every field set."""
    return read(kind, FULL[kind])


@cache
def small(kind: str) -> Any:
    """The document of a kind with as little as possible."""
    return read(kind, SMALL[kind])


def read(kind: str, text: str) -> Document:
    """A document from its text."""
    document: Document = load_model(text, KINDS[kind], file=f"{kind}.yaml")
    return document


def changed(path: str, old: str, new: str) -> dict[str, str]:
    """The shop with one text replaced in one file."""
    if old not in SHOP[path]:
        raise ValueError(f"{path} does not hold {old!r}")
    return SHOP | {path: SHOP[path].replace(old, new)}
