"""What a session did: rating before against best rating after, and what each muscle did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from reprieve.record.chart import Chart, Rating, Session

# The peak is looked for between two and eight weeks; trials of all products rate it at weeks 4 to 6.
PEAK_DAYS = (14, 56)
# A rating counts as the state before when it is at most so old.
BEFORE_DAYS = 28
# Below this share of the rating before, a change counts as none. A setting of this program: a placebo moves TWSTRS by
# 4 to 7 points of 85, and no agreed threshold was found.
LEAST_BENEFIT = Decimal("0.2")

Verdict = Literal["benefit", "no_benefit", "mixed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingChange:
    """One scale before and at its best after; `improvement` is the share of the rating before that was lost."""

    scale: str
    before: Rating
    best: Rating
    improvement: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOutcome:
    """What is known of one session's effect.

    `verdict` is unknown unless somebody rated it or judged its muscles, and mixed when the two disagree.
    """

    session: Session
    changes: tuple[RatingChange, ...]
    better: int
    judged: int
    verdict: Verdict
    why: str


def session_outcome(chart: Chart, session: Session, higher_is_worse: Callable[[str], bool | None]) -> SessionOutcome:
    """Return the outcome of `session`.

    Parameters
    ----------
    chart : Chart
    session : Session
    higher_is_worse : callable
        Says of a scale's name whether higher is worse; None for a scale that is not known, which is then left out.
    """
    # What is rated after the next session is that one's effect as well.
    later = [one.date for one in chart.sessions if one.injections and one.date > session.date]
    ratings = [row for row in chart.ratings if not later or row.date <= min(later)]
    changes = tuple(
        change
        for scale in dict.fromkeys(row.scale for row in ratings)
        if higher_is_worse(scale)
        for change in [_change(ratings, scale, session.date)]
        if change is not None
    )
    told = [one.effect for one in session.judgements]
    judged, better, weak = len(told), told.count("better"), told.count("weak")
    verdict, why = _verdict(changes, better, weak, judged)
    return SessionOutcome(session=session, changes=changes, better=better, judged=judged, verdict=verdict, why=why)


def _change(ratings: Sequence[Rating], scale: str, day: date) -> RatingChange | None:
    mine = [(row, (row.date - day).days) for row in ratings if row.scale == scale and row.total is not None]
    before = [row for row, since in mine if -BEFORE_DAYS <= since <= 0]
    after = [row for row, since in mine if PEAK_DAYS[0] <= since <= PEAK_DAYS[1]]
    if not before or not after:
        return None
    first = max(before, key=lambda row: row.date)
    best = min(after, key=_total)
    if not _total(first) > 0:
        return None
    improvement = (_total(first) - _total(best)) / _total(first)
    return RatingChange(scale=scale, before=first, best=best, improvement=improvement)


def _total(row: Rating) -> Decimal:
    return row.total if row.total is not None else Decimal(0)


def _verdict(changes: Sequence[RatingChange], better: int, weak: int, judged: int) -> tuple[Verdict, str]:
    most = max((change.improvement for change in changes), default=None)
    told = [] if most is None else [f"best rating {_percent(most)} below the one before"]
    if judged:
        told.append(f"{better} of {judged} muscles better" + (f", {weak} too weak" if weak else ""))
    if not told:
        return "unknown", "nobody rated the peak or judged the muscles"
    by_rating = None if most is None else most >= LEAST_BENEFIT
    # A muscle that became too weak got too much: it is no sign that the session did too little.
    by_muscles = None if judged == weak else 2 * better >= judged - weak
    known = {said for said in (by_rating, by_muscles) if said is not None}
    if not known:
        return "unknown", "; ".join(told)
    if len(known) == 2:
        return "mixed", "; ".join(told)
    return ("benefit" if known == {True} else "no_benefit"), "; ".join(told)


def _percent(share: Decimal) -> str:
    return f"{(share * 100).quantize(Decimal(1))} %"
