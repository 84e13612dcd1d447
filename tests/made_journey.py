"""Measured journey maps made by hand, as the renderers read them: the first purchase in a simulated shop, in full,
and the same journey with nobody in it, with one customer, and with nothing measured.

The figures are invented and hang together: of every touchpoint reached = moved on + dropped + open, who moved on is at
the next one, shares carry their Wilson interval, what is at stake is dropped × the mean value of those who moved on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from parcours.maps.measured import Count, Span
from parcours.maps.measured_journey import (
    Coverage,
    Deviation,
    DrawnEmotion,
    EvidenceState,
    ExperienceScore,
    LaneHead,
    MeasuredCard,
    MeasuredEmotion,
    MeasuredJourney,
    MeasuredOpportunity,
    MeasuredPainPoint,
    MeasuredPersona,
    MeasuredPhase,
    MeasuredSolution,
    MeasuredTouchpoint,
    Reading,
    Statement,
    Status,
    TouchpointFigures,
    TouchpointFlow,
)
from parcours.stats.proportions import wilson

SPAN = Span(date(2026, 3, 1), date(2026, 3, 31))
BEFORE = Span(date(2026, 2, 1), date(2026, 2, 28))
VALUE_OF_ALL_MINOR = 3_310_200  # what those who entered spent within 90 days
CHANNELS = {
    "search": ("search", "Search"),
    "web": ("web", "Web shop"),
    "social": ("social", "Instagram"),
    "email": ("email", "E-mail"),
    "card": ("card", "Payment page"),
    "truck": ("truck", "Parcel service"),
    "chat": ("chat", "Chat"),
    "review": ("review", "Reviews"),
}


@dataclass(frozen=True)
class _Plan:
    """What differs from touchpoint to touchpoint."""

    id: str
    title: str
    phase: str
    channels: tuple[str, ...]
    rule: str
    dropped: int
    open: int
    days: float | None
    drawn: tuple[float, str, str]
    felt: tuple[str, float, int] | None  # feedback source, mean on −2…+2, answers
    doing: str
    thinking: str
    optional_reached: int | None = None
    moment: bool = False
    initiator: Literal["customer", "company"] = "customer"


_PHASES = (
    ("discover", "Discover", "Find an idea that feels like her", "Awareness"),
    ("choose", "Choose", "Be sure that it is the right one", "Consideration"),
    ("buy", "Buy", "Pay without a surprise", "Purchase"),
    ("receive", "Receive", "Have it in hand before Saturday", "Retention"),
)
_PLANS = (
    _Plan(
        "search",
        "Search for a gift idea",
        "discover",
        ("search", "social"),
        "ad_clicked | {event: session_started, where: {channel: [organic, social]}}",
        214,
        12,
        None,
        (0, "curious", "There must be something better than a voucher."),
        None,
        "Types “gift sister 30” on the phone",
        "Where do I even start?",
    ),
    _Plan(
        "guide",
        "Open the gift guide",
        "discover",
        ("web",),
        "{event: page_viewed, where: {page: {contains: guide}}}",
        158,
        9,
        0.01,
        (1, "inspired", "Finally, ideas that are not vouchers."),
        ("page-rating", 0.9, 212),
        "Skims ideas, saves two",
        "Is it for someone like my sister?",
    ),
    _Plan(
        "newsletter",
        "Sign up for ideas by e-mail",
        "discover",
        ("email",),
        "signed_up",
        6,
        2,
        0.4,
        (0.5, "willing", ""),
        None,
        "Leaves an address for ten per cent",
        "How many e-mails will that be?",
        optional_reached=121,
    ),
    _Plan(
        "product",
        "Look at one product closely",
        "choose",
        ("web",),
        "product_viewed",
        205,
        15,
        0.2,
        (1, "hopeful", "This is so her."),
        ("page-rating", 0.6, 164),
        "Zooms into pictures, checks the size",
        "Does it look like this in real life?",
    ),
    _Plan(
        "reviews",
        "Read what others say",
        "choose",
        ("web", "review"),
        "{event: page_viewed, where: {page: reviews}}",
        11,
        1,
        0.05,
        (0.5, "reassured", ""),
        None,
        "Filters for the worst reviews first",
        "Are these real people?",
        optional_reached=204,
    ),
    _Plan(
        "basket",
        "Put it into the basket",
        "choose",
        ("web",),
        "product_added",
        98,
        14,
        0.9,
        (1, "decided", ""),
        None,
        "Adds gift wrapping",
        "Nearly there",
    ),
    _Plan(
        "date",
        "Find out when it will arrive",
        "buy",
        ("web",),
        "checkout_started",
        131,
        6,
        0.02,
        (-1.5, "uneasy", "Paying a little more is fine. Not knowing when it comes is not."),
        ("checkout-effort", -1.1, 96),
        "Fills in the whole address to see a date",
        "Will it be here by Saturday?",
        moment=True,
    ),
    _Plan(
        "pay",
        "Pay",
        "buy",
        ("card",),
        "order_completed",
        4,
        21,
        0.01,
        (0, "relieved", ""),
        ("checkout-effort", 0.2, 71),
        "Pays by card, gets a code by SMS",
        "Why so many steps?",
    ),
    _Plan(
        "unpack",
        "Unpack and give it",
        "receive",
        ("truck",),
        "order_delivered",
        9,
        63,
        3.4,
        (2, "proud", "She cried a little. Good crying."),
        ("order-nps", 1.2, 58),
        "Unpacks with her sister",
        "Worth it",
        moment=True,
        initiator="company",
    ),
    _Plan(
        "review",
        "Tell others",
        "receive",
        ("email", "review"),
        "review_submitted | {event: nps_answered, where: {score: {gte: 9}}}",
        0,
        0,
        8.2,
        (1, "generous", ""),
        ("stars", 1.4, 12),
        "Writes two lines and a star rating",
        "Others should know about the date",
    ),
)
_ENTERED = 1240


def first_purchase() -> MeasuredJourney:
    """The journey with everything in it that a map can show."""
    points = tuple(_touchpoint(plan, flow) for plan, flow in zip(_PLANS, _flows(), strict=True))
    flows = {point.id: point.flow for point in points if point.flow}
    phases = tuple(_phase(*given, points) for given in _PHASES)
    return MeasuredJourney(
        id="first-purchase",
        title="I find a birthday gift online, and it arrives in time",
        workspace="Lumière gifts",
        simulated=True,
        source="Simulated shop, made by Parcours",
        stages=("Awareness", "Consideration", "Purchase"),
        scenario="Her sister turns thirty on Saturday week. Claire has an evening and sixty euros.",
        expectation="Ten minutes, one parcel, no surprises.",
        customer_goal="A gift that feels like her sister, in time",
        company_goal="A first order, and a second one within 60 days",
        status="live",
        variant="as_is",
        owner="Nora, e-commerce",
        reviewed_on=date(2026, 2, 10),
        review_by=date(2026, 8, 10),
        version="7",
        zone="Europe/Paris",
        currency="EUR",
        period=SPAN,
        comparison=BEFORE,
        segment="",
        data_until=datetime(2026, 3, 31, 21, 59, 12, tzinfo=UTC),
        window_days=30.0,
        personas=_personas(),
        phases=phases,
        touchpoints=points,
        lanes=(
            LaneHead("front", "What we show", "interaction"),
            LaneHead("backstage", "Backstage", "visibility"),
            LaneHead("systems", "Systems", "internal"),
        ),
        entered=_ENTERED,
        completed=flows["review"].reached,
        completion=wilson(flows["review"].reached, _ENTERED),
        median_days_to_complete=13.6,
        value_at_stake_minor=sum(flow.value_at_stake_minor or 0 for flow in flows.values()),
        value_assumption="as-those-who-moved-on",
        worst="date",
        coverage=_coverage(),
        score=_score(0.63, 0.69, 0.71),
        aim="sales",
    )


def nobody() -> MeasuredJourney:
    """The same journey over a log without events: zeros where something was counted, None where nothing can be."""
    whole = first_purchase()
    points = tuple(_of_nobody(point) for point in whole.touchpoints)
    return replace(
        whole,
        touchpoints=points,
        phases=tuple(
            replace(
                phase,
                cards=_without_data(phase.cards),
                reached=0,
                moved_on=0,
                share_moving_on=None,
                score=_drawn_score(),
                value_at_stake_minor=None,
            )
            for phase in whole.phases
        ),
        personas=tuple(
            replace(one, customers=None if one.customers is None else 0, share=None) for one in whole.personas
        ),
        entered=0,
        completed=0,
        completion=None,
        median_days_to_complete=None,
        value_at_stake_minor=None,
        value_assumption="",
        currency="",
        worst=None,
        coverage=Coverage(
            0,
            0,
            (),
            tuple(point.title for point in points),
            (),
            0,
            None,
            0,
            0,
            (),
            ("order_completed",),
            (),
            (),
        ),
        score=_drawn_score(),
    )


def one_customer() -> MeasuredJourney:
    """The same journey with a single customer, who stops at the delivery date: every n is 1 or 0."""
    whole = first_purchase()
    stop = [point.id for point in whole.touchpoints].index("date")
    points = []
    for number, point in enumerate(whole.touchpoints):
        here = int(number <= stop and not point.optional)
        moved, dropped = int(here and number < stop), int(number == stop)
        flow = TouchpointFlow(
            here,
            moved,
            dropped,
            0,
            wilson(here, 1),
            wilson(moved, here) if here else None,
            0.5 if here and number else None,
            (Count("", 1, 1.0),) if dropped else (),
            None,
            None,
        )
        figures = TouchpointFigures(here, here, float(here), (), (), None)
        blank = _of_nobody(point)
        state: EvidenceState = "measured" if here else "no_data"
        points.append(replace(blank, flow=flow, figures=figures, state=state))
    cards = {phase.id: tuple(_of_one(card) for card in phase.cards) for phase in whole.phases}
    reached = {"discover": 1, "choose": 1, "buy": 1, "receive": 0}
    return replace(
        nobody(),
        touchpoints=tuple(points),
        phases=tuple(
            replace(
                phase,
                cards=cards[phase.id],
                reached=reached[phase.id],
                moved_on=int(phase.id in ("discover", "choose")),
                share_moving_on=wilson(int(phase.id in ("discover", "choose")), reached[phase.id]),
                score=_drawn_score(),
                value_at_stake_minor=None,
            )
            for phase in whole.phases
        ),
        entered=1,
        completed=0,
        completion=wilson(0, 1),
        coverage=Coverage(
            5, 0, (), ("Pay", "Unpack and give it", "Tell others"), (), 1, 1.0, 1, 1, (), (), (), ()
        ),
    )


def drawn_only() -> MeasuredJourney:
    """The same journey as a team draws it before any events are bound: nothing is measured."""
    whole = first_purchase()
    points = tuple(
        replace(
            point,
            rule="",
            figures=None,
            flow=None,
            measured=(),
            cards=(),
            state="assumed",
            pain_points=tuple(replace(one, customers=None) for one in point.pain_points),
            solutions=tuple(replace(one, measured_change=None) for one in point.solutions),
        )
        for point in whole.touchpoints
    )
    return replace(
        nobody(),
        touchpoints=points,
        phases=tuple(
            replace(
                phase,
                cards=(),
                reached=None,
                moved_on=None,
                share_moving_on=None,
                score=_drawn_score(),
                value_at_stake_minor=None,
            )
            for phase in whole.phases
        ),
        personas=tuple(replace(one, customers=None, share=None) for one in whole.personas),
        entered=None,
        completed=None,
        coverage=Coverage(
            0, 0, (), (), tuple(point.title for point in points), 0, None, 0, 0, (), (), (), ()
        ),
    )


def crowded(phases: int = 7, touchpoints: int = 20) -> MeasuredJourney:
    """Many columns, each as full as in ``first_purchase``: for limits of pages and for speed."""
    whole = first_purchase()
    points = []
    for number in range(touchpoints):
        model = whole.touchpoints[number % len(whole.touchpoints)]
        points.append(
            replace(model, id=f"{model.id}-{number}", phase=f"phase-{number * phases // touchpoints}")
        )
    heads = tuple(
        replace(
            whole.phases[number % len(whole.phases)],
            id=f"phase-{number}",
            touchpoints=tuple(point.id for point in points if point.phase == f"phase-{number}"),
        )
        for number in range(phases)
    )
    return replace(whole, phases=heads, touchpoints=tuple(points), worst=points[0].id)


def _flows() -> list[TouchpointFlow]:
    flows = []
    at_required = _ENTERED  # who got past everything before
    for number, plan in enumerate(_PLANS):
        reached = at_required if plan.optional_reached is None else plan.optional_reached
        moved = reached - plan.dropped - plan.open
        at_required -= plan.dropped + plan.open
        last = number == len(_PLANS) - 1
        mean = VALUE_OF_ALL_MINOR // moved if plan.dropped else None
        flows.append(
            TouchpointFlow(
                reached=reached,
                moved_on=moved,
                dropped=plan.dropped,
                open=plan.open,
                share_of_start=wilson(reached, _ENTERED),
                share_moving_on=None if last else wilson(moved, reached),
                median_days_since_before=plan.days,
                did_instead=_instead(plan.dropped),
                value_at_stake_minor=None if mean is None else plan.dropped * mean,
                value_of_those_who_continue_minor=mean,
            )
        )
    return flows


def _instead(dropped: int) -> tuple[Count, ...]:
    if dropped < 4:
        return (Count("", dropped, 1.0),) if dropped else ()
    silent, viewed = dropped // 2, dropped // 3
    rest = dropped - silent - viewed
    counts = (("", silent), ("product_viewed", viewed), ("support_contacted", rest))
    return tuple(Count(name, count, count / dropped) for name, count in counts)


def _touchpoint(plan: _Plan, flow: TouchpointFlow) -> MeasuredTouchpoint:
    met = flow.reached + flow.reached // 8
    first, *others = plan.channels
    split = [(CHANNELS[first][1], met - met // 5)] + [(CHANNELS[one][1], met // 5) for one in others]
    if not others:
        split.append(("", met // 5))
    following = _following(plan.id)
    pain, opportunities, solutions = _improvements(plan.id)
    score, label, quote = plan.drawn
    return MeasuredTouchpoint(
        id=plan.id,
        title=plan.title,
        phase=plan.phase,
        icon=CHANNELS[first][0],
        channels=tuple(CHANNELS[one] for one in plan.channels),
        moment_of_truth=plan.moment,
        optional=plan.optional_reached is not None,
        initiator=plan.initiator,
        sub_journey="returns" if plan.id == "unpack" else None,
        reused_from="newsletter/sign-up" if plan.id == "newsletter" else None,
        rule=plan.rule,
        state="measured",
        figures=TouchpointFigures(
            customers=met,
            events=met * 2,
            share=met / 4100,
            next=(
                Count(following, met - met // 4, 1 - (met // 4) / met),
                Count("", met // 4, (met // 4) / met),
            ),
            channels=tuple(Count(name, count, count / met) for name, count in split),
            customers_before=met - met // 10,
        ),
        flow=flow,
        doing=(
            Statement(plan.doing, None, "researched", ("Interviews, January 2026",), 12, date(2026, 1, 20)),
        ),
        thinking=(
            Statement(plan.thinking, "claire", "assumed", (), None, None),
            Statement(
                "Can I send it to her directly?", "marc", "stale", ("Survey 2023",), 80, date(2023, 5, 2)
            ),
        ),
        cells=_cells(plan.id),
        drawn=(
            DrawnEmotion(score, label, quote, "claire", "researched"),
            DrawnEmotion(max(score - 0.5, -2), "", "", "marc", "assumed"),
        ),
        measured=() if plan.felt is None else (_felt(*plan.felt),),
        cards=_touchpoint_cards(plan.id),
        pain_points=pain,
        opportunities=opportunities,
        solutions=solutions,
    )


def _following(touchpoint: str) -> str:
    place = [plan.id for plan in _PLANS].index(touchpoint)
    return _PLANS[place + 1].title if place + 1 < len(_PLANS) else "newsletter_opened"


_SOURCES = {
    "page-rating": ("Was this page useful?", "csat", "x − 3", 3.0, 1.0),
    "checkout-effort": ("How easy was it to order?", "ces", "(x − 4) / 1.5", 4.0, 1.5),
    "order-nps": ("NPS after delivery", "nps", "NPS / 50", 0.0, 50.0),
    "stars": ("Stars of reviews", "stars", "x − 3", 3.0, 1.0),
}


def _felt(source: str, value: float, answers: int) -> MeasuredEmotion:
    title, scale, conversion, zero, step = _SOURCES[source]
    half = round(1.96 * 1.1 / answers**0.5, 3)
    low, high = max(value - half, -2.0), min(value + half, 2.0)
    return MeasuredEmotion(
        source, title, scale, conversion, value, low, high, answers, round(zero + step * value, 2)
    )


def _cells(touchpoint: str) -> dict[str, tuple[Statement, ...]]:
    known = {
        "guide": {"backstage": "Editors choose ten ideas a week", "systems": "Content system"},
        "date": {
            "front": "Address form, then a date",
            "backstage": "Carrier is asked for a date",
            "systems": "Carrier API",
        },
        "pay": {"front": "Payment page", "systems": "Payment provider"},
        "unpack": {"front": "Parcel and card", "backstage": "Wrapped by hand in Lyon"},
    }
    return {
        lane: (Statement(text, None, "assumed", (), None, None),)
        for lane, text in known.get(touchpoint, {}).items()
    }


def _improvements(
    touchpoint: str,
) -> tuple[tuple[MeasuredPainPoint, ...], tuple[MeasuredOpportunity, ...], tuple[MeasuredSolution, ...]]:
    if touchpoint == "date":
        return (
            (
                MeasuredPainPoint(
                    "late-date",
                    "The delivery date appears only after the address form.",
                    5,
                    "38 % of exits",
                    131,
                    "measured",
                    ("claire",),
                    "Nora, e-commerce",
                ),
                MeasuredPainPoint(
                    "no-gift-date",
                    "No way to say that it is a gift with a day.",
                    3,
                    "often",
                    None,
                    "assumed",
                    (),
                    "",
                ),
            ),
            (
                MeasuredOpportunity(
                    "promise-early",
                    "How might we promise a date on the product page?",
                    "Nora, e-commerce",
                    "running",
                    5,
                    3,
                ),
            ),
            (
                MeasuredSolution(
                    "date-on-page",
                    "Delivery date on the product page",
                    "Nora, logistics",
                    "running",
                    3,
                    "Basket to order",
                    Decimal("0.06"),
                    "share",
                    0.031,
                    date(2026, 3, 9),
                    "https://example.org/board/12",
                ),
                MeasuredSolution(
                    "gift-day", "Choose the day of delivery", "", "idea", 4, "", None, "", None, None, ""
                ),
            ),
        )
    if touchpoint == "product":
        return (
            (
                MeasuredPainPoint(
                    "true-colour", "Pictures do not show the true colour.", 2, "", None, "researched", (), ""
                ),
            ),
            (MeasuredOpportunity("real-light", "How might we show it in daylight?", "", "idea", 2, 1),),
            (
                MeasuredSolution(
                    "photos",
                    "Photos by customers",
                    "Ines, content",
                    "done",
                    2,
                    "Product to basket",
                    Decimal("0.02"),
                    "share",
                    0.018,
                    date(2026, 2, 2),
                    "",
                ),
            ),
        )
    return (), (), ()


def _touchpoint_cards(touchpoint: str) -> tuple[MeasuredCard, ...]:
    cards = {
        "guide": (
            _card(
                "guide-to-product", "Guide to product", 0.862, 1083, "on_target", target="0.75", warn="0.7"
            ),
        ),
        "product": (_card("to-basket", "Product to basket", 0.74, 842, "watch", target="0.76", warn="0.7"),),
        "date": (
            _card("basket-to-order", "Basket to order", 0.722, 498, "off_target", target="0.8", warn="0.75"),
        ),
        "pay": (
            _card("refusals", "Payments refused", 0.04, 383, "on_target", target="0.05", direction="down"),
        ),
        "review": (_card("stars-mean", "Mean of stars", 4.4, 12, "too_few", unit="score", target="4.5"),),
    }
    return cards.get(touchpoint, ())


def _phase(
    phase_id: str, title: str, goal: str, stage: str, points: tuple[MeasuredTouchpoint, ...]
) -> MeasuredPhase:
    own = [point for point in points if point.phase == phase_id]
    reached = next(point.flow.reached for point in own if point.flow and not point.optional)
    later = points[points.index(own[-1]) + 1 :]
    last = [point.flow.reached for point in own if point.flow][-1]
    moved = next((point.flow.reached for point in later if point.flow and not point.optional), last)
    cards = {
        "discover": (
            _card("visits", "Visits", 4100.0, 4100, "no_target", unit="number", headline=True),
            _card(
                "cost-per-click",
                "Cost per click",
                0.46,
                1912,
                "on_target",
                unit="money",
                target="0.5",
                direction="down",
            ),
            _card(
                "search-rank",
                "Search ranking",
                None,
                0,
                "no_data",
                unit="number",
                target="5",
                direction="down",
            ),
        ),
        "choose": (
            _card(
                "add-rate",
                "Customers who put something into the basket",
                0.41,
                1240,
                "watch",
                target="0.45",
                warn="0.4",
                headline=True,
            ),
        ),
        "buy": (
            _card(
                "conversion",
                "Basket to order",
                0.722,
                498,
                "off_target",
                target="0.8",
                warn="0.75",
                headline=True,
            ),
            _card("order-value", "Average order value", 58.4, 383, "on_target", unit="money", target="55"),
        ),
        "receive": (
            _card(
                "nps", "NPS after delivery", 60.0, 58, "on_target", unit="score", target="50", headline=True
            ),
            _card("repeat", "Second order within 60 days", 0.18, 142, "watch", target="0.2", warn="0.15"),
        ),
    }
    return MeasuredPhase(
        id=phase_id,
        title=title,
        goal=goal,
        stage=stage,
        cards=cards[phase_id],
        reached=reached,
        moved_on=moved,
        share_moving_on=wilson(moved, reached),
        touchpoints=tuple(point.id for point in own),
        score=_score(0.6, 0.7, moved / reached),
        value_at_stake_minor=sum(point.flow.value_at_stake_minor or 0 for point in own if point.flow),
    )


def _card(
    metric: str,
    title: str,
    value: float | None,
    n: int,
    status: Status,
    *,
    unit: Literal["number", "share", "money", "days", "score"] = "share",
    target: str | None = None,
    warn: str | None = None,
    direction: Literal["up", "down"] = "up",
    headline: bool = False,
) -> MeasuredCard:
    trend = tuple(_reading(month, value, n, unit) for month in range(12))
    return MeasuredCard(
        id=metric,
        title=title,
        meaning=f"What “{title}” says, in a sentence that a newcomer understands.",
        definition="customers with checkout_started in the period → order_completed within 1d",
        unit=unit,
        currency="EUR" if unit == "money" else "",
        direction=direction,
        now=trend[-1],
        before=trend[-2],
        trend=trend,
        target=None if target is None else Decimal(target),
        warn=None if warn is None else Decimal(warn),
        minimum_n=30,
        status=status,
        headline=headline,
        trend_broken_on=date(2025, 9, 14) if metric == "conversion" else None,
    )


def _reading(month: int, value: float | None, n: int, unit: str) -> Reading:
    """Months April 2025 to March 2026; earlier values wander around today's."""
    first = date(2025 + (month + 3) // 12, (month + 3) % 12 + 1, 1)
    span = Span(first, date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1))
    if value is None:
        return Reading(span, None, None, None, 0)
    then = value * (1 + (0.06, -0.04, 0.02, -0.05, 0.03, 0.0)[month % 6] * (11 - month) / 11)
    if unit == "share":
        share = wilson(round(then * n), n)
        return Reading(span, then, share.low, share.high, n) if share else Reading(span, None, None, None, 0)
    if unit == "score":
        return Reading(span, then, then * 0.8, then * 1.15, n)
    return Reading(span, then, None, None, n)


def _personas() -> tuple[MeasuredPersona, ...]:
    return (
        MeasuredPersona(
            "claire",
            "Claire, 34",
            "Buys gifts online in the evening",
            "Paying a little more is fine. Not knowing when it comes is not.",
            ("Find an idea that feels like her sister", "Have it in time"),
            ("A date she can count on", "Wrapping she need not excuse"),
            ("Delivery dates that come too late",),
            "researched",
            1806,
            1806 / 4100,
        ),
        MeasuredPersona(
            "marc",
            "Marc, 51",
            "Buys once a year, for his wife",
            "Just tell me what people like.",
            ("Be done in five minutes",),
            ("A short list",),
            ("Accounts and passwords",),
            "assumed",
            None,
            None,
        ),
    )


def _coverage() -> Coverage:
    unclaimed = (("email_opened", 1310), ("support_contacted", 122), ("order_refunded", 41))
    total = sum(count for _, count in unclaimed)
    return Coverage(
        events=18_204,
        unclaimed_events=total,
        unclaimed=tuple(Count(name, count, count / total) for name, count in unclaimed),
        touchpoints_without_events=("Unpack and give it",),
        touchpoints_unbound=(),
        customers_on_the_path=2212,
        share_on_the_path=2212 / 4100,
        customers_with_two=1604,
        conforming=1107,
        deviations=(
            Deviation(214, ("Look at one product closely", "Search for a gift idea")),
            Deviation(96, ("Put it into the basket", "Look at one product closely", "Pay")),
        ),
        needed_but_missing=("order_delivered",),
        never_used=("email_bounced", "support_contacted"),
        stale=("page_rated",),
    )


def _score(attainment: float, emotion: float, friction: float) -> ExperienceScore:
    value = 100 * (attainment + emotion + friction) / 3
    return ExperienceScore(value, attainment, emotion, friction, True, (1.0, 1.0, 1.0))


def _drawn_score() -> ExperienceScore:
    """Only what is drawn can be judged."""
    return ExperienceScore(64.0, None, 0.64, None, False, (1.0, 1.0, 1.0))


def _of_nobody(point: MeasuredTouchpoint) -> MeasuredTouchpoint:
    return replace(
        point,
        state="no_data",
        figures=TouchpointFigures(0, 0, None, (), (), None),
        flow=TouchpointFlow(0, 0, 0, 0, None, None, None, (), None, None),
        measured=(),
        cards=_without_data(point.cards),
        pain_points=tuple(
            replace(one, customers=None if one.customers is None else 0) for one in point.pain_points
        ),
        solutions=tuple(replace(one, measured_change=None) for one in point.solutions),
    )


def _without_data(cards: tuple[MeasuredCard, ...]) -> tuple[MeasuredCard, ...]:
    return tuple(
        replace(
            card,
            now=_blank(card.now),
            before=card.before and _blank(card.before),
            trend=tuple(_blank(one) for one in card.trend),
            status="no_data",
        )
        for card in cards
    )


def _of_one(card: MeasuredCard) -> MeasuredCard:
    """The card over a single customer: a value, an interval where a share has one, and too few to judge."""
    if card.now.value is None:
        return _without_data((card,))[0]
    share = wilson(1, 1)
    now = Reading(
        card.now.span,
        1.0,
        share.low if share and card.unit == "share" else None,
        1.0 if card.unit == "share" else None,
        1,
    )
    blank = _without_data((card,))[0]
    return replace(blank, now=now, trend=(*blank.trend[:-1], now), status="too_few")


def _blank(reading: Reading) -> Reading:
    return Reading(reading.span, None, None, None, 0)
