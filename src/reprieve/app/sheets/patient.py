"""What stands on the patient's page. No dose, no advice to inject: the patient's own course and whom to call."""

from __future__ import annotations

from datetime import date
from typing import Any

from reprieve.app.forecast import CycleForecast, DateRange
from reprieve.app.record.muscles import muscle_words
from reprieve.follow.last_time import last_session
from reprieve.follow.prompts import PROMPT_DAYS
from reprieve.follow.red_flags import GRAVE_SWALLOWING, RED_FLAGS, Call
from reprieve.record.chart import Chart, Session

BLANK = "________________"

PLAIN_WORDS = {
    "breathing_difficulty": "Trouble breathing",
    "allergic_reaction": "Swollen face or tongue, wheezing, fainting",
    "dysphagia": "Trouble swallowing",
    "dysphonia": "Voice changed",
    "dysarthria": "Speech changed",
    "generalised_weakness": "Weak all over",
    "diplopia": "Double vision",
    "urinary_incontinence": "Losing urine",
    "infection_at_site": "Hot, red, swollen place",
}


def patient_data(
    chart: Chart, forecast: CycleForecast, on: date, *, clinic_phone: str | None, emergency: str | None
) -> dict[str, Any]:
    """Return the texts of the page."""
    session = last_session(chart, on)
    done = _done(session) if session else (["No injection is on record here yet."], [])
    course = [_section("What you may expect", *_expect(forecast)), _own_part()] if session else []
    return {
        "title": "Your treatment",
        "sections": [_section("What was done", *done), *course, _section("Your next visit", [_visit(chart, on)])],
        "urgent": {
            "title": "When you must not wait",
            "points": _urgent(),
            "clinic": f"Clinic: {clinic_phone or BLANK}     Emergency: {emergency or BLANK}",
        },
    }


def _own_part() -> dict[str, Any]:
    days = ", ".join(map(str, PROMPT_DAYS))
    return _section(
        "What you can do",
        ["A short entry every few days shows you and the clinic how the effect comes and goes."],
        [
            f"The clinic asks about side effects on days {days}; say it too when there were none.",
            "Tell every doctor and dentist that you were treated with botulinum toxin, and when.",
            "Tell the clinic about toxin given anywhere else: for migraine, bladder or wrinkles.",
        ],
    )


def _visit(chart: Chart, on: date) -> str:
    booked = sorted(row.date for row in chart.appointments if row.state == "booked" and row.date >= on)
    return f"{_day(booked[0])}." if booked else "Not booked yet: ask at the desk."


def _section(title: str, lines: list[str], points: list[str] | None = None) -> dict[str, Any]:
    return {"title": title, "lines": lines, "points": points or []}


def _done(session: Session) -> tuple[list[str], list[str]]:
    muscles = [muscle_words(row.muscle, row.side) for row in session.injections]
    return [f"On {_day(session.date)} you were treated with {session.product} in these muscles:"], muscles


def _expect(forecast: CycleForecast) -> tuple[list[str], list[str]]:
    if forecast.abstains or not (forecast.onset and forecast.peak and forecast.fading):
        return [
            "There is not enough on record yet to tell your own course. It starts after days, is best after weeks."
        ], []
    return (
        ["From your own entries, with the uncertainty that remains:"],
        [
            f"It is likely to be felt {_range(forecast.onset)}.",
            f"It is likely to be best {_range(forecast.peak)}.",
            f"It is likely to fade {_range(forecast.fading)}.",
        ],
    )


def _range(days: DateRange) -> str:
    return f"between {_day(days.low)} and {_day(days.high)}" if days.low != days.high else f"on {_day(days.low)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _urgent() -> list[tuple[str, str]]:
    """Return the red flags, one line for all that share a text, emergencies first."""
    by_text: dict[str, list[str]] = {}
    for flag in sorted(RED_FLAGS.values(), key=lambda flag: flag.call is not Call.EMERGENCY):
        by_text.setdefault(flag.text, []).append(PLAIN_WORDS[flag.symptom])
    lines = [(", ".join([words[0], *(word.lower() for word in words[1:])]), text) for text, words in by_text.items()]
    lines.insert(1, ("Cannot swallow, or choking", GRAVE_SWALLOWING))
    return lines
