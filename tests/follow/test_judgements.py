"""What a muscle did, judged twice: the last judgement corrects the first, wherever it is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest

from reprieve.app.assessment import assess_chart
from reprieve.follow.last_time import last_time
from reprieve.follow.poor_response import PoorResponse
from reprieve.record.chart import Chart, ChartPatient, GivenInjection, MuscleEffect, Session
from reprieve.record.event_bodies import SessionEffect, SessionHead
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.fold_session import fold_sessions

DAY = date(2026, 3, 2)
SPLENIUS, LEVATOR = "splenius_capitis", "levator_scapulae"


def effect(told: str, muscle: str = SPLENIUS, side: str | None = "left") -> MuscleEffect:
    return MuscleEffect(muscle=muscle, side=side, effect=told)  # type: ignore[arg-type]


def session(*effects: MuscleEffect) -> Session:
    return Session(
        date=DAY,
        product="onabotulinumtoxinA",
        indication="cervical_dystonia",
        injections=tuple(GivenInjection(muscle=name, side="left", units=D(50)) for name in (SPLENIUS, LEVATOR)),
        muscle_effects=effects,
        signed_by="Dr",
    )


def chart(*effects: MuscleEffect) -> Chart:
    return Chart(patient=ChartPatient(id="p"), sessions=(session(*effects),))


def test_the_last_of_each_muscle_and_side_stands_in_the_order_they_were_made() -> None:
    right = effect("worse", side="right")
    made = session(effect("same"), right, effect("better", LEVATOR), effect("better"))
    assert made.judgements == (right, effect("better", LEVATOR), effect("better"))


@pytest.mark.parametrize("told", [None, "both", "left"])
def test_a_judgement_of_no_side_or_of_both_is_of_each(told: str | None) -> None:
    made = session(effect("weak", side=told))
    assert made.effect_on(SPLENIUS, "left") == "weak"
    assert made.effect_on(SPLENIUS, "right") == (None if told == "left" else "weak")
    assert made.effect_on(LEVATOR, "left") is None


def test_the_record_folds_to_what_stands_whoever_reads_it() -> None:
    head = SessionHead(session_id="s", date=DAY, product="onabotulinumtoxinA", indication="cervical_dystonia")
    bodies = [SessionEffect(session_id="s", effect=effect(told)) for told in ("same", "better")]
    events = [(EventKind.SESSION_OPENED, head), *((EventKind.MUSCLE_EFFECT_JUDGED, body) for body in bodies)]
    (folded,) = fold_sessions(_event(number, *one) for number, one in enumerate(events))
    assert folded.muscle_effects == (effect("better"),)


def _event(number: int, kind: EventKind, body: object) -> Event:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Event(id=str(number), kind=kind, clinic="c", by="dr", at=at, body=body, patient="p")


def test_ranking_and_page_read_the_correction_only() -> None:
    corrected, once = chart(effect("same"), effect("better")), chart(effect("better"))
    assert assess_chart(corrected).muscles == assess_chart(once).muscles
    page = last_time(corrected, None, PoorResponse(kind="none", why=""), DAY)
    assert [one.effect for one in page.muscles] == ["better", None]
    sideless = replace(once, sessions=(session(effect("better", side=None)),))
    assert last_time(sideless, None, PoorResponse(kind="none", why=""), DAY).muscles[0].effect == "better"
