"""Outcome of sessions, and the review of a poor response."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from reprieve.follow.outcome import session_outcome
from reprieve.follow.poor_response import poor_response
from reprieve.record.chart import (
    Assessment,
    Chart,
    ChartPatient,
    GivenInjection,
    Goal,
    MuscleEffect,
    MuscleExamination,
    OtherTreatment,
    Rating,
    Session,
    Symptom,
)
from reprieve.record.plan import Exposure, Reconstitution, Vial

DAY = date(2026, 3, 2)
WORSE = {"twstrs": True, "quality": False}.get


def session(day: date = DAY, effects: str = "") -> Session:
    letters = {"b": "better", "s": "same", "w": "worse"}
    return Session(
        date=day,
        product="onabotulinumtoxinA",
        indication="cervical_dystonia",
        injections=(GivenInjection(muscle="splenius_capitis", side="left", units=D(50), guidance="emg"),),
        muscle_effects=tuple(MuscleEffect(muscle=f"m{i}", effect=letters[e]) for i, e in enumerate(effects)),  # type: ignore[arg-type]
    )


def rating(days: int, total: int | None, scale: str = "twstrs") -> Rating:
    return Rating(date=DAY + timedelta(days=days), scale=scale, total=None if total is None else D(total))


def chart(*sessions: Session, ratings: tuple[Rating, ...] = (), **more) -> Chart:
    return Chart(patient=ChartPatient(id="p", exposure_history="known"), sessions=sessions, ratings=ratings, **more)


@pytest.mark.parametrize(
    ("ratings", "effects", "verdict"),
    [
        ([], "", "unknown"),
        ([(0, 40), (30, 32)], "", "benefit"),  # by hand: 8 of 40 lost is exactly a fifth
        ([(0, 40), (30, 33)], "", "no_benefit"),
        ([(-28, 40), (56, 20)], "", "benefit"),  # the outermost days still count
        ([(-29, 40), (30, 20)], "", "unknown"),
        ([(0, 40), (13, 10)], "", "unknown"),
        ([(0, 40), (57, 10)], "", "unknown"),
        ([(0, None), (30, 10)], "", "unknown"),
        ([(0, 0), (30, 0)], "", "unknown"),  # nothing to improve
        ([(-20, 10), (0, 40), (20, 39), (40, 20)], "", "benefit"),  # latest before, best after
        ([(0, 40), (30, 50)], "bb", "mixed"),
        ([(0, 40), (30, 20)], "bb", "benefit"),
        ([], "bs", "benefit"),
        ([], "bss", "no_benefit"),
        ([], "ww", "no_benefit"),
    ],
)
def test_verdicts_by_hand(ratings: list[tuple], effects: str, verdict: str) -> None:
    one = session(effects=effects)
    found = session_outcome(chart(one, ratings=tuple(rating(*row) for row in ratings)), one, WORSE)
    assert found.verdict == verdict


def test_what_is_rated_after_the_next_session_is_no_outcome_of_this_one() -> None:
    early, booster = session(), session(DAY + timedelta(days=35))
    rows = (rating(0, 40), rating(35, 40), rating(50, 10))
    both = chart(early, booster, ratings=rows)
    assert session_outcome(both, early, WORSE).verdict == "no_benefit"
    assert session_outcome(both, booster, WORSE).verdict == "benefit"
    assert session_outcome(chart(early, ratings=rows), early, WORSE).verdict == "benefit"


def test_a_judgement_corrected_later_counts_once() -> None:
    told = tuple(
        MuscleEffect(muscle="splenius_capitis", side="left", effect=effect)  # type: ignore[arg-type]
        for effect in ("same", "worse", "better")
    )
    one = replace(session(), muscle_effects=told)
    found = session_outcome(chart(one), one, WORSE)
    assert (found.verdict, found.why) == ("benefit", "1 of 1 muscles better")
    assert poor_response(chart(one), [found], DAY).kind == "none"


def test_scales_of_unknown_or_other_direction_are_left_out() -> None:
    one = session()
    rows = tuple(rating(day, total, scale) for scale in ("quality", "unheard_of") for day, total in ((0, 40), (30, 10)))
    assert session_outcome(chart(one, ratings=rows), one, WORSE).verdict == "unknown"


def test_the_sentence_says_what_was_seen() -> None:
    one = session(effects="bs")
    found = session_outcome(chart(one, ratings=(rating(0, 40), rating(30, 30))), one, WORSE)
    assert found.why == "best rating 25 % below the one before; 1 of 2 muscles better"
    assert found.changes[0].improvement == D("0.25")


@pytest.mark.parametrize(
    ("history", "kind"),
    [
        ("", "none"),
        ("?", "none"),
        ("+", "none"),
        ("-", "last_session"),
        ("+-", "last_session"),
        ("--", "primary"),
        ("-?-", "primary"),
        ("+--", "secondary"),
        ("+-?-", "secondary"),
        ("+--+", "none"),
        ("+-m-", "secondary"),
    ],
)
def test_kinds_by_history(history: str, kind: str) -> None:
    effects = {"+": "bb", "-": "ss", "?": "", "m": "bb"}
    sessions = [session(DAY + timedelta(days=100 * i), effects[sign]) for i, sign in enumerate(history)]
    made = chart(*sessions)
    outcomes = [session_outcome(made, one, WORSE) for one in sessions]
    outcomes = [replace(o, verdict="mixed") if s == "m" else o for o, s in zip(outcomes, history, strict=True)]
    found = poor_response(made, outcomes, DAY + timedelta(days=900))
    assert found.kind == kind
    assert bool(found.steps) == (kind != "none")


def review(made: Chart, on: date = DAY + timedelta(days=60)) -> dict[str, str | None]:
    outcomes = [session_outcome(made, one, WORSE) for one in made.sessions]
    return {step.step: step.on_record for step in poor_response(made, outcomes, on).steps}


def test_the_antibody_test_comes_last_and_an_empty_record_says_nothing() -> None:
    bare = replace(session(effects="s"), injections=())
    found = review(chart(bare))
    assert list(found)[-1] == "antibodies"
    assert set(found.values()) == {None}


def test_the_review_shows_what_is_on_record() -> None:
    vial = Vial(units=D(100), diluent_ml=D(2), lot="C1")
    last = replace(
        session(DAY + timedelta(days=98), "s"), reconstitution=Reconstitution(vials=(vial, vial, Vial(units=D(100))))
    )
    made = chart(
        session(),
        last,
        goals=(Goal(text="drive"),),
        assessments=(
            Assessment(date=DAY - timedelta(days=400)),
            Assessment(date=DAY, examination=(MuscleExamination(muscle="trapezius", contracture=True),)),
        ),
        exposures=(Exposure(date=DAY, product="abobotulinumtoxinA"),),
        other_treatments=(OtherTreatment(date=DAY + timedelta(days=99), treatment="physiotherapy"),),
        risks=("aminoglycoside",),
    )
    made = replace(made, patient=replace(made.patient, exposure_history="unknown"))
    found = review(made, DAY + timedelta(days=120))
    assert found == {
        "expectation": "drive",
        "diagnosis": "last examined 2026-03-02; contracture in trapezius",
        "muscles": "splenius_capitis left",
        "technique": "emg",
        "dose": "2026-03-02: 50 units onabotulinumtoxinA; 2026-06-08: 50 units onabotulinumtoxinA",
        "handling": "lot C1, 2 mL; lot not noted, diluent not noted",
        "interval": "weeks between sessions: 14; toxin elsewhere on 2026-03-02 (abobotulinumtoxinA); "
        "other exposure unknown",
        "other": "physiotherapy from 2026-06-09; aminoglycoside",
        "antibodies": "toxin on 2 days since 2026-03-02; no session helped so far",
    }
    assert review(made, DAY + timedelta(days=500))["diagnosis"] == (
        "last examined 2026-03-02, more than a year ago; contracture in trapezius"
    )


def test_the_last_step_tells_how_often_toxin_was_met_and_whether_it_still_weakens() -> None:
    first, second = session(DAY, "bb"), session(DAY + timedelta(days=98), "ss")
    weak = MuscleEffect(muscle="splenius_capitis", side="left", effect="weak")
    third = replace(session(DAY + timedelta(days=196), "ss"), muscle_effects=(*second.muscle_effects, weak))
    swallowing = Symptom(date=third.date + timedelta(days=9), symptom="dysphagia")
    earlier = Symptom(date=second.date, symptom="ptosis")
    elsewhere = Exposure(date=date(2024, 1, 5), product="onabotulinumtoxinA")
    made = chart(first, second, third, symptoms=(earlier, swallowing), exposures=(elsewhere,))
    assert review(made, third.date + timedelta(days=60))["antibodies"] == (
        "toxin on 4 days since 2024-01-05; sessions that helped: 1, the last on 2026-03-02; "
        "weakness after 2026-09-14 speaks against resistance: splenius_capitis left, dysphagia"
    )
