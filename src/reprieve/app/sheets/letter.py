"""What stands in the letter to the referring doctor."""

from __future__ import annotations

from datetime import date
from typing import Any

from reprieve.app.record.muscles import muscle_words
from reprieve.app.scales import higher_is_worse
from reprieve.core.dose import plain
from reprieve.follow.outcome import session_outcome
from reprieve.record.chart import Chart, Rating, Session

WATCH = (
    "Trouble swallowing, speaking or breathing, double vision or weakness beyond the injected muscles can appear hours "
    "to weeks after the injection and must be seen the same day; trouble breathing is an emergency.",
    "Please count this session when toxin is considered for anything else (migraine, bladder, wrinkles), and ask "
    "before aminoglycosides or other medicines that act on the neuromuscular junction.",
    "The units above belong to this product alone; they say nothing about units of another.",
)


def letter_data(chart: Chart, session: Session, recipient: str, on: date) -> dict[str, Any]:
    """Return the texts of the letter, all from the record; what was not noted is said to be not noted."""
    condition = (chart.conditions[0].condition if chart.conditions else session.indication).replace("_", " ")
    return {
        "title": "Botulinum toxin treatment",
        "recipient": f"To {recipient}",
        "date": on.isoformat(),
        "opening": (
            f"Thank you for your patient, whom we treat for {condition}. This letter tells what was given on "
            f"{session.date}, what it did, and what to watch for."
        ),
        "sections": [
            _given(session),
            _section("Effect", _effect(chart, session, on)),
            _section("Side effects since then", _side_effects(chart, session, on)),
            _section("Please watch for", list(WATCH)),
            _section("Next visit", _next(chart, on)),
        ],
        "closing": "With kind regards,",
        "signature": _signature(session),
    }


def _section(title: str, lines: list[str]) -> dict[str, Any]:
    return {"title": title, "lines": lines}


def _given(session: Session) -> dict[str, Any]:
    lots = dict.fromkeys(
        [
            *(row.lot for row in session.injections if row.lot),
            *((vial.lot for vial in session.reconstitution.vials if vial.lot) if session.reconstitution else ()),
        ]
    )
    lines = [
        f"{plain(session.units)} units of {session.product} in all, "
        + (f"lot {', '.join(lots)}." if lots else "lot not noted.")
    ]
    lines += [f"Not given: {muscle_words(row.muscle, row.side)} ({row.reason})." for row in session.skipped]
    return {
        "title": f"Given on {session.date}",
        "columns": ["muscle", "side", "units", "guidance"],
        "rows": [
            [
                muscle_words(row.muscle, None),
                row.side or "not noted",
                plain(row.units),
                (row.guidance or "not noted").replace("emg", "EMG"),
            ]
            for row in session.injections
        ],
        "lines": lines,
    }


def _effect(chart: Chart, session: Session, on: date) -> list[str]:
    if on == session.date:
        return ["Too early to tell; onset takes days, the best effect weeks."]
    outcome = session_outcome(chart, session, higher_is_worse)
    changes = [
        f"{change.scale.upper()}: {_points(change.before)} on {change.before.date}, "
        f"{_points(change.best)} on {change.best.date}."
        for change in outcome.changes
        if change.best.date <= on
    ]
    effects = [row for row in session.judgements if row.date is None or row.date <= on]
    by_effect = {
        effect: [muscle_words(row.muscle, row.side) for row in effects if row.effect == effect]
        for effect in ("better", "same", "worse", "weak")
    }
    words = {"better": "Better", "same": "Unchanged", "worse": "Worse", "weak": "Too weak"}
    told = [f"{words[effect]}: {'; '.join(muscles)}." for effect, muscles in by_effect.items() if muscles]
    return [*changes, *told] or ["Nobody has rated or judged the effect yet."]


def _points(rating: Rating) -> str:
    return "no total" if rating.total is None else plain(rating.total)


def _side_effects(chart: Chart, session: Session, on: date) -> list[str]:
    rows = [row for row in chart.symptoms if session.date <= row.date <= on]
    if not rows:
        return ["None was entered, which is not the same as none."]
    return [
        f"{row.symptom.replace('_', ' ').capitalize()} ({row.seriousness}) from {row.date}"
        + (f" to {row.resolved}." if row.resolved and row.resolved <= on else ", not noted as over.")
        for row in rows
    ]


def _next(chart: Chart, on: date) -> list[str]:
    booked = sorted(row.date for row in chart.appointments if row.state == "booked" and row.date >= on)
    return [f"Booked on {booked[0]}."] if booked else ["Not booked yet."]


def _signature(session: Session) -> str:
    if session.signed_by is None:
        return "NOT SIGNED: the session is not signed in the record"
    when = f", signed in the record {session.signed_at:%Y-%m-%d}" if session.signed_at else ""
    return f"{session.signed_by}{when}"
