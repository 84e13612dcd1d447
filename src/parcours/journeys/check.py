"""Does a lifecycle fit the events that are there?

Answers, before anything is measured: which events that stages wait for never occur (and which of those
present was probably meant), which stages nobody can enter, which let nobody go, which events no stage names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Literal

from parcours.journeys.findings import Finding, Parameter, Severity
from parcours.journeys.lifecycle import LifecycleDocument, Stage
from parcours.timelines.matchers import Rule, Selector
from parcours.timelines.patterns import SequenceRule, event_names

# The same thing in other collectors' words, both ways: for "did you mean".
_SAME_THING = (
    ("page_viewed", "page_view", "pageview", "session_started", "session_start", "visit", "screen_viewed"),
    ("product_viewed", "view_item", "item_viewed", "viewed_product"),
    ("product_added", "add_to_cart", "added_to_cart", "item_added"),
    ("checkout_started", "begin_checkout", "started_checkout"),
    ("order_completed", "purchase", "order_placed", "placed_order", "order_created", "checkout_completed"),
    ("order_refunded", "refund", "refunded_order", "order_returned", "order_cancelled"),
    (
        "signed_up",
        "sign_up",
        "user_signed_up",
        "account_created",
        "lead_generated",
        "generate_lead",
        "registered",
    ),
    ("email_opened", "opened_email", "email_open"),
    ("email_clicked", "clicked_email", "email_click", "email_link_clicked"),
    ("ad_clicked", "ad_click", "campaign_details"),
    ("review_submitted", "review_submit", "review_created", "product_reviewed"),
    ("nps_answered", "nps_response", "survey_answered", "survey_completed"),
    ("referral_sent", "referral", "invite_sent", "invited_friend", "share", "product_shared"),
    ("subscription_started", "subscribed", "subscription_created", "customer_subscription_created"),
    ("subscription_cancelled", "subscription_canceled", "unsubscribed", "subscription_deleted"),
    ("invoice_paid", "payment_succeeded", "invoice_payment_succeeded", "charge_succeeded"),
    ("payment_failed", "invoice_payment_failed", "charge_failed"),
    ("plan_upgraded", "subscription_upgraded", "subscription_updated"),
)


def check_against(document: LifecycleDocument, event_counts: Mapping[str, int]) -> tuple[Finding, ...]:
    """What to know about ``document`` over a log that holds ``event_counts`` (events by name).

    Findings come in the order of the stages, then the events that no stage names, most frequent first.
    """
    present = {name: count for name, count in event_counts.items() if count > 0}
    if not present:
        return (Finding("warning", "no-events"),)
    named = document.rules.named_events()
    spare = [name for name in present if name not in named]  # what is named already was not meant
    findings: list[Finding] = []
    for stage in document.stages:
        findings += _stage_findings(stage, present, spare)
    activity = _names(document.activity)
    severity: Severity = "note" if "*" in activity or activity & present.keys() else "warning"
    findings += _never_seen("activity", severity, _absent(activity - named, present), spare)
    return (*findings, *_unnamed(named, present))


def closest(name: str, present: Iterable[str]) -> str | None:
    """The present event that ``name`` probably means, by spelling or as another tool's name for it."""
    plain = {_plain(known): known for known in sorted(present)}
    wanted = _plain(name)
    if wanted in plain:
        return plain[wanted]
    for words in _SAME_THING:
        if wanted in words:
            found = next((plain[word] for word in words if word in plain), None)
            if found is not None:
                return found
    close = get_close_matches(wanted, list(plain), n=1, cutoff=0.75)
    return plain[close[0]] if close else None


def _stage_findings(stage: Stage, present: Mapping[str, int], spare: Sequence[str]) -> list[Finding]:
    about: dict[str, Parameter] = {"stage": stage.title}
    findings: list[Finding] = []
    if not any(_can_hold(rule, present) for rule in stage.enter):
        findings.append(Finding("problem", "stage-unreachable", about, stage.id))
    needed = event_names(tuple(rule for rule in stage.enter if not _can_hold(rule, present)))
    rest = event_names(stage.enter) | _names(stage.keep or ())
    findings += _never_seen("event", "warning", _absent(needed, present), spare, stage)
    # Of several names in one rule, or in keep, some may well be absent.
    findings += _never_seen("event", "note", _absent(rest - needed, present), spare, stage)
    if stage.lapse is None:
        findings.append(Finding("note", "stage-never-lapses", about, stage.id))
    return findings


def _never_seen(
    what: Literal["event", "activity"],
    severity: Severity,
    names: Sequence[str],
    spare: Sequence[str],
    stage: Stage | None = None,
) -> list[Finding]:
    """One finding for each name that has a likely meaning, and one for all others together."""
    about: dict[str, Parameter] = {"stage": stage.title} if stage else {}
    stage_id = stage.id if stage else None
    meant = {name: closest(name, spare) for name in names}
    told = [
        Finding(severity, f"{what}-misspelt", about | {"event": name, "meant": other}, stage_id)
        for name, other in meant.items()
        if other
    ]
    others = [name for name, other in meant.items() if not other]
    if others:
        told.append(Finding(severity, f"{what}-never-seen", about | {"events": ", ".join(others)}, stage_id))
    return told


def _can_hold(rule: Rule | SequenceRule, present: Mapping[str, int]) -> bool:
    """Whether the events that a rule needs occur at all."""
    return all(part.any_event or any(name in present for name in part.event) for part in rule.selectors)


def _unnamed(named: frozenset[str], present: Mapping[str, int]) -> list[Finding]:
    if "*" in named:
        return []
    total = sum(present.values())
    rest = sorted((name for name in present if name not in named), key=lambda name: (-present[name], name))
    return [
        Finding(
            "note",
            "event-in-no-stage",
            {"event": name, "count": present[name], "share": present[name] / total},
        )
        for name in rest
    ]


def _names(selectors: Iterable[Selector]) -> frozenset[str]:
    return frozenset(name for selector in selectors for name in selector.event)


def _absent(names: Iterable[str], present: Mapping[str, int]) -> list[str]:
    return sorted(name for name in names if name != "*" and name not in present)


def _plain(name: str) -> str:
    """``Order Completed``, ``orderCompleted`` and ``order-completed`` as ``order_completed``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[\W_]+", "_", spaced).strip("_").lower()
