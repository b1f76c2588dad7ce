"""Since last time: what was injected where, what it did, what happened since, and what to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reprieve.core.dates import days_between
from reprieve.follow.outcome import SessionOutcome
from reprieve.follow.poor_response import PoorResponse
from reprieve.follow.prompts import Prompt, prompts
from reprieve.follow.red_flags import RaisedFlag, raised
from reprieve.record.chart import Chart, DiaryEntry, Effect, Goal, OtherTreatment, Rating, Session, Symptom
from reprieve.record.plan import Exposure, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleSince:
    """One muscle as it was injected, and what it did; `effect` None means that nobody judged it."""

    muscle: str
    side: Side | None
    units: Decimal
    sites: int | None
    guidance: str | None
    lot: str | None
    effect: Effect | None
    side_effects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideEffectSince:
    """One side effect with the day after the session on which it began; `ongoing` unless an end is noted."""

    symptom: Symptom
    day: int
    ongoing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTime:
    """One page for the visit; `session` None means that no injection is on record here."""

    on: date
    session: Session | None
    days_since: int | None
    muscles: tuple[MuscleSince, ...]
    side_effects: tuple[SideEffectSince, ...]
    red_flags: tuple[RaisedFlag, ...]
    prompts: tuple[Prompt, ...]
    ratings: tuple[Rating, ...]
    diary: tuple[DiaryEntry, ...]
    goals: tuple[Goal, ...]
    exposures: tuple[Exposure, ...]
    other_treatments: tuple[OtherTreatment, ...]
    outcome: SessionOutcome | None
    work_up: PoorResponse
    asks: tuple[str, ...]


def last_session(chart: Chart, on: date) -> Session | None:
    """Return the latest session up to `on` in which something was injected."""
    given = [row for row in chart.sessions if row.injections and row.date <= on]
    return max(given, key=lambda row: row.date, default=None)


def last_time(chart: Chart, outcome: SessionOutcome | None, work_up: PoorResponse, on: date) -> LastTime:
    """Return the page of a chart on the date `on`; entries of a later date are not used."""
    session = last_session(chart, on)
    start = session.date if session else None

    def since(day: date) -> bool:
        return (start is None or day >= start) and day <= on

    symptoms = tuple(row for row in chart.symptoms if since(row.date))
    page = LastTime(
        on=on,
        session=session,
        days_since=days_between(session.date, on) if session else None,
        muscles=_muscles(session, symptoms) if session else (),
        side_effects=tuple(_side_effect(row, start or row.date, on) for row in symptoms),
        red_flags=raised(chart.symptoms, on),
        prompts=prompts(session, symptoms, on) if session else (),
        ratings=tuple(row for row in chart.ratings if since(row.date)),
        diary=tuple(row for row in chart.diary if since(row.date)),
        goals=tuple(row for row in chart.goals if row.date is None or row.date <= on),
        exposures=tuple(row for row in chart.exposures if since(row.date)),
        other_treatments=tuple(row for row in chart.other_treatments if since(row.date)),
        outcome=outcome,
        work_up=work_up,
        asks=(),
    )
    return LastTime(**{name: getattr(page, name) for name in page.__slots__ if name != "asks"}, asks=_asks(chart, page))


def _muscles(session: Session, symptoms: tuple[Symptom, ...]) -> tuple[MuscleSince, ...]:
    return tuple(
        MuscleSince(
            muscle=row.muscle,
            side=row.side,
            units=row.units,
            sites=row.sites,
            guidance=row.guidance,
            lot=row.lot,
            effect=session.effect_on(row.muscle, row.side),
            side_effects=tuple(s.symptom for s in symptoms if (s.muscle, s.side) == (row.muscle, row.side)),
        )
        for row in session.injections
    )


def _side_effect(row: Symptom, start: date, on: date) -> SideEffectSince:
    return SideEffectSince(
        symptom=row, day=days_between(start, row.date), ongoing=row.resolved is None or row.resolved > on
    )


def _asks(chart: Chart, page: LastTime) -> tuple[str, ...]:
    """Return what the record cannot answer, the dangerous gaps first."""
    asks: list[str] = []
    if chart.patient.exposure_history == "unknown":
        asks.append("Toxin given anywhere else, for anything (migraine, bladder, wrinkles)? The history is unknown.")
    else:
        asks.append("Any toxin since then, given by anyone, for anything?")
    if page.session is None:
        return (*asks, "No injection is on record here: was there ever one, with what, and how was it tolerated?")
    if page.session.signed_by is None:
        asks.append(f"The session of {page.session.date} is not signed: was it given as it stands?")
    asks += [
        f"{row.symptom.symptom.replace('_', ' ')}: is it over, and since when?"
        for row in page.side_effects
        if row.ongoing
    ]
    if any(row.state in ("due", "unanswered") for row in page.prompts) and not page.side_effects:
        asks.append("No side effect was entered, which is not the same as none: swallowing, breathing, weakness?")
    unjudged = [row for row in page.muscles if row.effect is None]
    if unjudged:
        asks.append(f"What did each muscle do? {len(unjudged)} of {len(page.muscles)} were not judged.")
    if not page.diary and not page.ratings:
        asks.append("When did it begin to work, when was it best, when did it fade? Nothing was entered.")
    if not page.goals:
        asks.append("What should be better by the next visit? No goal is on record.")
    return tuple(asks)
