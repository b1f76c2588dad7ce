"""Work-up of a poor response, in the order in which causes are found: the antibody test comes last.

True immune resistance is rare; most failures are technique, choice of muscles or dose. The program asks and shows what
the record says; it draws no conclusion and names no dose.

References
----------
British Neurotoxin Network, Practical Neurology 2016;16:288 (technique, muscles, dose, then antibodies).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from reprieve.core.dates import weeks_between
from reprieve.core.dose import plain
from reprieve.follow.outcome import SessionOutcome
from reprieve.record.chart import Chart, Session

Kind = Literal["none", "last_session", "primary", "secondary"]
SOURCE = "British Neurotoxin Network, Practical Neurology 2016;16:288"
OLD_ASSESSMENT_WEEKS = 52
_LAST_QUESTION = "Only when all this is answered: a functional test for resistance."
# Side effects that only a working toxin brings about.
_TOXIN_AT_WORK = ("chewing_weakness", "dysphagia", "facial_weakness", "muscle_weakness", "neck_weakness", "ptosis")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStep:
    """One question of the review, and what the record says to it; `on_record` None means nothing."""

    step: str
    question: str
    on_record: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoorResponse:
    """Whether a review is due, why, and its steps in order."""

    kind: Kind
    why: str
    steps: tuple[ReviewStep, ...] = ()
    source: str = SOURCE


def poor_response(chart: Chart, outcomes: Sequence[SessionOutcome], on: date) -> PoorResponse:
    """Return the work-up for a chart.

    Parameters
    ----------
    chart : Chart
    outcomes : sequence of SessionOutcome
        Oldest first; sessions whose outcome is unknown or mixed are passed over, they count for neither side.
    on : date

    Notes
    -----
    primary: the first two or more known sessions and all since gave no benefit. secondary: two or more in a row gave
    none after an earlier benefit. last_session: only the latest known one.
    """
    known = [outcome for outcome in outcomes if outcome.verdict in ("benefit", "no_benefit")]
    failed = 0
    for outcome in reversed(known):
        if outcome.verdict == "benefit":
            break
        failed += 1
    if not failed:
        return PoorResponse(kind="none", why="the latest known session helped" if known else "no outcome is known yet")
    latest = known[-1]
    kind: Kind = "last_session" if failed == 1 else "primary" if failed == len(known) else "secondary"
    why = f"{failed} in a row without benefit, latest {latest.session.date}: {latest.why}"
    helped = [outcome.session.date for outcome in known if outcome.verdict == "benefit"]
    return PoorResponse(kind=kind, why=why, steps=_steps(chart, latest.session, helped, on))


def _steps(chart: Chart, session: Session, helped: Sequence[date], on: date) -> tuple[ReviewStep, ...]:
    rows = (
        ("expectation", "What was expected, when was it judged, and was it the goal that failed?", _goal(chart)),
        ("diagnosis", "Is it still this dystonia, and is the joint free of contracture?", _examined(chart, on)),
        ("muscles", "Were these the muscles that pull, and did the pattern change?", _muscles(session)),
        ("technique", "Did the needle reach them? Would EMG or ultrasound help?", _guidance(session)),
        ("dose", "Was the dose of each muscle within what the label and its own history support?", _dose(chart)),
        ("handling", "Vial, lot, dilution, time since it was made up, storage?", _vials(session)),
        ("interval", "How long were the intervals, and was toxin given elsewhere in between?", _intervals(chart)),
        ("other", "New medicines, illness, other treatments?", _other(chart, session)),
        (
            "antibodies",
            "Only when all this is answered: a functional test for resistance.",
            _immunity(chart, session, helped),
        ),
    )
    return tuple(ReviewStep(step=step, question=question, on_record=told) for step, question, told in rows)


def _goal(chart: Chart) -> str | None:
    return chart.goals[-1].text if chart.goals else None


def _examined(chart: Chart, on: date) -> str | None:
    if not chart.assessments:
        return None
    last = max(chart.assessments, key=lambda row: row.date)
    contracted = [row.muscle for row in last.examination if row.contracture]
    told = f"last examined {last.date}"
    if weeks_between(last.date, on) > OLD_ASSESSMENT_WEEKS:
        told += ", more than a year ago"
    return told + (f"; contracture in {', '.join(contracted)}" if contracted else "")


def _muscles(session: Session) -> str | None:
    return ", ".join(f"{row.muscle} {row.side or ''}".strip() for row in session.injections) or None


def _guidance(session: Session) -> str | None:
    ways = dict.fromkeys(row.guidance or "guidance not noted" for row in session.injections)
    return ", ".join(ways) or None


def _dose(chart: Chart) -> str | None:
    # Each dose with its own product: they are listed, never compared.
    told = [f"{row.date}: {plain(row.units)} units {row.product}" for row in _in_order(chart)[-4:]]
    return "; ".join(told) or None


def _vials(session: Session) -> str | None:
    vials = session.reconstitution.vials if session.reconstitution else ()
    told = [
        f"lot {vial.lot or 'not noted'}, "
        + ("diluent not noted" if vial.diluent_ml is None else f"{plain(vial.diluent_ml)} mL")
        for vial in vials
    ]
    return "; ".join(dict.fromkeys(told)) or None


def _intervals(chart: Chart) -> str | None:
    days = [session.date for session in _in_order(chart)]
    weeks = [f"{round((after - before).days / 7, 1):g}" for before, after in pairwise(days)]
    told = [f"weeks between sessions: {', '.join(weeks)}"] if weeks else []
    told += [f"toxin elsewhere on {row.date} ({row.product})" for row in chart.exposures]
    if chart.patient.exposure_history == "unknown":
        told.append("other exposure unknown")
    return "; ".join(told) or None


def _other(chart: Chart, session: Session) -> str | None:
    rows = [f"{row.treatment} from {row.date}" for row in chart.other_treatments if row.date >= session.date]
    return "; ".join([*rows, *chart.risks]) or None


def _immunity(chart: Chart, session: Session, helped: Sequence[date]) -> str | None:
    given = sorted({row.date for row in (*_in_order(chart), *chart.exposures)})
    if not given:
        return None
    benefit = (
        f"sessions that helped: {len(helped)}, the last on {max(helped)}" if helped else "no session helped so far"
    )
    told = [f"toxin on {len(given)} days since {given[0]}", benefit]
    weak = [f"{row.muscle} {row.side or ''}".strip() for row in session.judgements if row.effect == "weak"]
    weak += [row.symptom for row in chart.symptoms if row.date >= session.date and row.symptom in _TOXIN_AT_WORK]
    if weak:
        # Whoever is made weak by a dose is not immune to it.
        told.append(f"weakness after {session.date} speaks against resistance: {', '.join(dict.fromkeys(weak))}")
    return "; ".join(told)


def _in_order(chart: Chart) -> list[Session]:
    return sorted((row for row in chart.sessions if row.injections), key=lambda row: row.date)
