"""What must be asked before a proposal can be trusted, or before there can be one."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reprieve.core.dates import days_between
from reprieve.plan.optimise import Situation
from reprieve.plan.optimise.limit_rows import needs_weight, window_days
from reprieve.record.chart import Chart
from reprieve.reference.formulary.limit_row import LimitKind, LimitRow
from reprieve.reference.formulary.risks import risks_of

ADULT_YEARS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question; `stops` means that nothing is proposed until it is answered.

    `field` says what is missing and `values` of what, so that a screen can ask it in the reader's language.
    """

    field: str
    ask: str
    why: str
    stops: bool = False
    values: dict[str, str] = dataclasses.field(default_factory=dict)


def questions(chart: Chart, situation: Situation, rows: Sequence[LimitRow]) -> tuple[Ask, ...]:
    """Return the questions, those that stop first."""
    asked = [
        *risks_told(chart, situation, "contraindicated"),
        *_symptoms(chart, situation),
        *_exposures(chart, situation, rows),
        *_patient(chart, situation, rows),
        *_last(chart, situation),
    ]
    return tuple(sorted(asked, key=lambda one: not one.stops))


def risks_told(chart: Chart, situation: Situation, rule: str) -> Iterator[Ask]:
    """Ask about the recorded risks that the product's documents name under `rule`.

    They must be seen even where no dose is on file that a rule could be about.
    """
    stops = rule == "contraindicated"
    weight = "a contraindication" if stops else "to be weighed"
    for risk in dict.fromkeys(chart.risks):
        for row in risks_of(risk, situation.product, situation.jurisdiction):
            if row.rule == rule:
                yield Ask(
                    field="risks",
                    ask=f"{risk.replace('_', ' ').capitalize()} is on record: does it still hold?",
                    why=f"{row.concern[:1].upper()}{row.concern[1:]}; {weight} with {situation.product} "
                    f"({row.source.key}).",
                    stops=stops,
                    values={"risk": risk},
                )


def _symptoms(chart: Chart, situation: Situation) -> Iterator[Ask]:
    for one in chart.symptoms:
        known = one.date <= situation.on and (one.resolved is None or one.resolved > situation.on)
        if known and one.seriousness in ("severe", "serious"):
            yield Ask(
                field="symptoms",
                ask=f"{one.symptom.replace('_', ' ').capitalize()} since {one.date} ({one.seriousness}): is it over?",
                why="It is open in the record; what may have caused it is not repeated before that is known.",
                stops=True,
                values={"symptom": one.symptom, "date": one.date.isoformat(), "seriousness": one.seriousness},
            )


def _exposures(chart: Chart, situation: Situation, rows: Sequence[LimitRow]) -> Iterator[Ask]:
    windows = [row for row in rows if row.kind is LimitKind.CUMULATIVE and row.window is not None]
    longest = max((window_days(row.window) for row in windows if row.window), default=0)
    for one in situation.given:
        if one.units is None and days_between(one.date, situation.on) < longest:
            yield Ask(
                field="exposures.units",
                ask=f"How many units of {one.product} were given on {one.date}?",
                why="They count in a cumulative limit; without them no dose can be called inside it.",
                stops=True,
                values={"product": one.product, "date": one.date.isoformat()},
            )
    if chart.patient.exposure_history != "known":
        yield Ask(
            field="patient.exposure_history",
            ask="Was toxin given anywhere else, by anyone, for anything (migraine, bladder, wrinkles)?",
            why="The history is UNKNOWN, which is not none; the cumulative limits count only what is on record.",
        )


def _patient(chart: Chart, situation: Situation, rows: Sequence[LimitRow]) -> Iterator[Ask]:
    if situation.age is None:
        yield Ask(
            field="patient.birth_date",
            ask="When was the patient born?",
            why="Without an age the limits of adults were used; those of children were not looked at.",
        )
    child = situation.age is not None and situation.age < ADULT_YEARS
    if child and situation.weight_kg is None and needs_weight(rows):
        yield Ask(
            field="patient.weight_kg",
            ask="How much does the child weigh, and since when?",
            why="The limits of a child are per kg.",
            stops=True,
        )
    if situation.jurisdiction is None:
        yield Ask(
            field="jurisdiction",
            ask="Whose label holds (US, EU, UK)?",
            why="Without it the limits of every label were kept side by side.",
        )
    if situation.units_per_ml is None and any(row.kind is LimitKind.SITE_VOLUME for row in rows):
        yield Ask(
            field="reconstitution",
            ask="With how many mL is a vial made up?",
            why="A limit per site in mL could not be kept without the concentration.",
        )


def _last(chart: Chart, situation: Situation) -> Iterator[Ask]:
    last = situation.last
    if last is None:
        return
    if last.signed_by is None:
        # Where sessions are signed, an unsigned one may not be what was given; elsewhere nobody signs.
        signs = any(one.signed_by is not None for one in chart.sessions)
        yield Ask(
            field="sessions.signed_by",
            ask=f"The session of {last.date} is not signed: was it given as it stands?",
            why="The next doses rest on it.",
            stops=signs,
            values={"date": last.date.isoformat()},
        )
    open_ = [one for one in last.injections if last.effect_on(one.muscle, one.side) is None]
    if open_:
        yield Ask(
            field="sessions.muscle_effects",
            ask=f"What did each muscle do after {last.date}? {len(open_)} of {len(last.injections)} were not judged.",
            why="What a dose did is the best guide to the next one.",
            values={"date": last.date.isoformat(), "open": str(len(open_)), "of": str(len(last.injections))},
        )
