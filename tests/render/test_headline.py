from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from parcours.render.findings import EvenLosses, Loss, Plain, SizeChange, TooFew
from parcours.render.headline import headline, lost_in_words, title
from parcours.render.words import Words
from parcours.values import Estimate

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.findings import Finding

ENGLISH, FRENCH = Words("en"), Words("fr")


def third(n: int = 400) -> Estimate:
    return Estimate(0.341, 0.29, 0.39, n)


@pytest.mark.parametrize(
    ("share", "english", "french"),
    [
        (0.5, "one in two customers is lost", "un client sur deux décroche"),
        (0.34, "one in three customers is lost", "un client sur trois décroche"),
        (0.66, "two in three customers are lost", "deux clients sur trois décrochent"),
        (0.24, "one in four customers is lost", "un client sur quatre décroche"),
        (0.75, "three in four customers are lost", "trois clients sur quatre décrochent"),
        (0.2, "one in five customers is lost", "un client sur cinq décroche"),
        (0.1, "one in ten customers is lost", "un client sur dix décroche"),
        (0.42, "42.0% of customers are lost", "42,0\u202f% des clients décrochent"),
    ],
)
def test_says_shares_as_people_do(share: float, english: str, french: str) -> None:
    assert lost_in_words(share, ENGLISH) == english
    assert lost_in_words(share, FRENCH) == french


def findings(shop: MeasuredLifecycle) -> list[tuple[Finding, str, str]]:
    first, second = shop.stages[:2]
    second_change = replace(second, change=-1, entered=0, left=1)
    loss = Loss(second, third(), alone=False, growing=first)
    return [
        (
            Plain("no_events"),
            "The log holds no events yet.",
            "Le journal ne contient encore aucun événement.",
        ),
        (Plain("nobody"), "Nobody has entered a stage yet.", "Personne n’est encore entré dans une étape."),
        (
            Plain("all_lapsed"),
            "Every customer who entered a stage has lapsed.",
            "Tous les clients entrés dans une étape ont décroché.",
        ),
        (
            Plain("still"),
            "No stage grows or shrinks, and nobody is lost.",
            "Aucune étape ne bouge et personne ne décroche.",
        ),
        (
            TooFew(1),
            "1 customer is on the map: too few for shares.",
            "1 client sur la carte\xa0: trop peu pour des pourcentages.",
        ),
        (
            loss,
            "Awareness gains most customers, but one in three customers is lost at Consideration.",
            (
                "L’étape Awareness gagne le plus de clients, mais un client sur trois décroche "
                "à l’étape Consideration."
            ),
        ),
        (
            replace(loss, growing=second),
            "Consideration gains most customers, yet one in three customers is lost there.",
            "L’étape Consideration gagne le plus de clients, mais un client sur trois décroche à ce stade.",
        ),
        (
            replace(loss, growing=None),
            "one in three customers is lost at Consideration, more than anywhere else.",
            "un client sur trois décroche à l’étape Consideration, plus que partout ailleurs.",
        ),
        (
            replace(loss, alone=True),
            "one in three customers is lost at Consideration.",
            "un client sur trois décroche à l’étape Consideration.",
        ),
        (
            EvenLosses(loss, replace(loss, stage=first, share=third(40))),
            "Consideration and Awareness lose about the same share: 34.1% and 34%.",
            (
                "Les étapes Consideration et Awareness perdent à peu près la même part de clients\xa0: "
                "34,1\u202f% et 34\u202f%."
            ),
        ),
        (
            SizeChange(first, nobody_lost=False),
            "Awareness gains most: 1,730 customers more.",
            "L’étape Awareness progresse le plus\xa0: 1\u202f730 clients de plus.",
        ),
        (
            SizeChange(second_change, nobody_lost=False),
            "Consideration shrinks most: 1 customer fewer.",
            "L’étape Consideration recule le plus\xa0: 1 client de moins.",
        ),
        (
            SizeChange(first, nobody_lost=True),
            "Awareness gains most: 1,730 customers more. Nobody is lost.",
            "L’étape Awareness progresse le plus\xa0: 1\u202f730 clients de plus. Personne ne décroche.",
        ),
        (
            SizeChange(second_change, nobody_lost=True),
            "Consideration shrinks most: 1 customer fewer, but nobody is lost.",
            "L’étape Consideration recule le plus\xa0: 1 client de moins, mais personne ne décroche.",
        ),
    ]


def test_says_each_finding_in_both_languages(shop: MeasuredLifecycle) -> None:
    for finding, english, french in findings(shop):
        assert title(finding, ENGLISH) == english
        assert title(finding, FRENCH) == french


def test_gives_the_figures_behind_the_finding(shop: MeasuredLifecycle) -> None:
    said = headline(shop, ENGLISH)
    assert said.title == "Awareness gains most customers, but 58.1% of customers are lost at Purchase."
    assert said.text == (
        "Of <b>64,300</b> stays at Purchase, <b>58.1%</b> lapse within 180 days (95% interval <span>57.6–58.6</span>). "
        "October 2026: Awareness <b>+1,730</b>; "
        "<b>25,430 new customers</b>, <b>23,780 lapsed</b>, <b>2,855 came back</b>."
    )


def test_begins_with_a_capital_and_ends_with_a_stop(any_lifecycle: MeasuredLifecycle) -> None:
    for words in (ENGLISH, FRENCH):
        said = headline(any_lifecycle, words)
        assert said.title[0] == said.title[0].upper()
        assert said.title.endswith(".")
        assert said.text.endswith(".")


def test_escapes_names(shop: MeasuredLifecycle) -> None:
    stages = tuple(replace(stage, title="<b>&") for stage in shop.stages)
    said = headline(replace(shop, stages=stages), ENGLISH)
    assert "&lt;b&gt;&amp;" in said.text


def test_tells_an_empty_map_what_to_do(shop: MeasuredLifecycle) -> None:
    empty = replace(shop, events=0)
    assert headline(empty, ENGLISH).text == "Import events and this page fills with figures."
    nobody = replace(
        shop,
        events=1,
        flows=(),
        lapsed=0,
        stages=tuple(replace(stage, size=0, change=0, entered=0, left=0, stays=0) for stage in shop.stages),
    )
    assert headline(nobody, ENGLISH).text.startswith("The log holds <b>1</b> event, but none makes")
