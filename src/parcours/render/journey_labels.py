"""The words of a journey map that pages and posters share: states, scales, assumptions, people's short names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney, MeasuredPersona, MeasuredSolution
    from parcours.render.figure_words import FigureWords

FEW = 30  # fewer customers than this are counted, never turned into a share


class JourneyLabels:
    """The fixed words of a journey map in one language."""

    def __init__(self, words: FigureWords) -> None:
        self.words = words

    def evidence(self, state: str) -> str:
        say = self.words.say
        return {
            "measured": say("measured"),
            "researched": say("researched"),
            "assumed": say("assumed"),
            "stale": say("stale"),
            "no_data": say("no data"),
        }[state]

    def progress(self, status: str) -> str:
        say = self.words.say
        return {
            "idea": say("Idea"),
            "planned": say("Planned"),
            "running": say("Running"),
            "done": say("Done"),
        }[status]

    def card_status(self, status: str) -> str:
        say = self.words.say
        return {
            "on_target": say("on target"),
            "watch": say("watch"),
            "off_target": say("off target"),
            "no_target": say("no target"),
            "no_data": say("no data"),
            "too_few": say("too few"),
        }[status]

    def journey_status(self, status: str) -> str:
        say = self.words.say
        known = {
            "unmapped": say("not mapped yet"),
            "researched": say("researched"),
            "live": say("live"),
            "prototype": say("prototype"),
        }
        return known.get(status, status)

    def variant(self, measured: MeasuredJourney) -> str:
        say = self.words.say
        if measured.variant == "to_be":
            return say("to be")
        return say("as it is, measured") if measured.entered is not None else say("as it is, drawn")

    def scale(self, scale: str) -> str:
        """The name of a feedback scale, as people call it."""
        say = self.words.say
        return {
            "csat": "CSAT",
            "stars": say("stars"),
            "nps": "NPS",
            "ces": "CES",
            "sentiment": say("sentiment"),
            "custom": say("own scale"),
        }.get(scale, scale)

    def levels(self) -> tuple[str, ...]:
        """From +2 to −2."""
        say = self.words.say
        return (say("very good"), say("good"), say("neutral"), say("bad"), say("very bad"))

    def quoted(self, text: str) -> str:
        """In the quotation marks of the reader's language, or in those of Chinese and Japanese for their scripts."""
        if any("\u3040" <= character <= "\u9fff" for character in text):
            return f"「{text}」"
        return f"«\u202f{text}\u202f»" if self.words.language == "fr" else f"“{text}”"

    def effect(self, solution: MeasuredSolution) -> str:
        """What a solution is expected to do, or what it did."""
        say = self.words.say
        metric = solution.expected_metric
        if solution.measured_change is not None:
            change = self._change(float(solution.measured_change), solution.expected_unit)
            text = say("{change} measured", change=change)
            if solution.expected_change is not None:
                of = self._change(float(solution.expected_change), solution.expected_unit)
                text = say("{change} measured, of {expected}", change=change, expected=of)
        elif solution.expected_change is not None:
            text = say(
                "{change} expected",
                change=self._change(float(solution.expected_change), solution.expected_unit),
            )
        else:
            return ""
        return f"{text} · {metric}" if metric else text

    def _change(self, change: float, unit: str) -> str:
        if unit == "share":
            sign = "+" if change > 0 else "−" if change < 0 else "±"
            return f"{sign}{self.words.points(abs(change), 1)}\u202f{self.words.point_sign}"
        text = self.words.decimal_plain(change)
        return f"+{text}" if change > 0 else text

    def conversions(self, measured: MeasuredJourney) -> str:
        """How answers became −2…+2: one clause a scale in use; "" when nothing was measured."""
        used = {one.scale: one.conversion for point in measured.touchpoints for one in point.measured}
        return "; ".join(f"{self.scale(scale)}: {how}" for scale, how in sorted(used.items()))

    def assumption(self, measured: MeasuredJourney) -> str:
        """What the value at stake assumes; "" when no value is known."""
        if not measured.value_assumption:
            return ""
        return self.words.say(
            "Value at stake: customers lost × what those who moved on spent on average, as if the lost would have too."
        )


def first_name(persona: MeasuredPersona) -> str:
    """The name without what follows a comma: Claire for "Claire, 34"."""
    return persona.name.split(",")[0].strip()


def people(measured: MeasuredJourney) -> dict[str, MeasuredPersona]:
    return {persona.id: persona for persona in measured.personas}
