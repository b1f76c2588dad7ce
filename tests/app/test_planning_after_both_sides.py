"""What a plan makes of a session whose doses were written for both sides, or left muscles too weak."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from reprieve.app.planning.proposal import propose
from reprieve.record.chart import (
    Assessment,
    Chart,
    ChartPatient,
    Condition,
    GivenInjection,
    MuscleEffect,
    PostureFinding,
    Session,
)

TODAY = date(2026, 11, 26)
ONA = "onabotulinumtoxinA"
LIDS = ("orbicularis_oculi_upper_medial", "orbicularis_oculi_upper_lateral", "orbicularis_oculi_lower_lateral")


def chart(condition: str, posture: str, *given: GivenInjection, effects: tuple[MuscleEffect, ...] = ()) -> Chart:
    session = Session(
        id="s", date=date(2026, 8, 10), product=ONA, indication=condition, injections=given, muscle_effects=effects
    )
    return Chart(
        patient=ChartPatient(id="p", birth_date=date(1960, 1, 1), exposure_history="known"),
        jurisdiction="US",
        conditions=(Condition(condition=condition),),
        sessions=(session,) if given else (),
        assessments=(Assessment(date=TODAY, postures=(PostureFinding(posture=posture, side="both"),)),),
    )


def proposals(one: Chart) -> list[dict[str, Any]]:
    found = propose(one, on=TODAY, product=ONA).document()["proposals"]
    assert found
    return found


def test_a_dose_for_both_sides_is_that_of_each_and_no_muscle_is_planned_twice() -> None:
    """2.5 units at each lid site last time, written as 5 for both: the label's 2.5 a site is not added to it."""
    lids = (GivenInjection(muscle=name, side="both", units=Decimal(5), sites=2) for name in LIDS)
    for proposal in proposals(chart("blepharospasm", "face.blepharospasm", *lids)):
        places = [(row["muscle"], row["side"]) for row in proposal["injections"]]
        assert len(set(places)) == len(places)
        assert "both" not in {side for _, side in places}
        assert all(Decimal(row["units"]) <= Decimal("2.5") for row in proposal["injections"])


def test_both_sides_and_each_side_are_one_history() -> None:
    """The same session written either way gives the same doses."""

    def doses(*given: GivenInjection) -> list[Any]:
        told = proposals(chart("cervical_dystonia", "cervical.retrocollis", *given))
        return [[(row["muscle"], row["side"], row["units"], row["sites"]) for row in one["injections"]] for one in told]

    both = GivenInjection(muscle="splenius_capitis", side="both", units=Decimal(80), sites=4)
    each = [
        GivenInjection(muscle="splenius_capitis", side=side, units=Decimal(40), sites=2) for side in ("left", "right")
    ]
    assert doses(both) == doses(*each)


def test_a_session_that_left_muscles_weak_did_not_give_too_little() -> None:
    """One of three muscles better and two too weak: less for the weak, and no more for the others."""
    muscles = (
        ("splenius_capitis", "left", "80", "better"),
        ("semispinalis_capitis", "left", "40", None),
        ("sternocleidomastoid", "left", "45", "weak"),
        ("sternocleidomastoid", "right", "45", "weak"),
    )
    given = [GivenInjection(muscle=m, side=s, units=Decimal(u), sites=2) for m, s, u, _ in muscles]  # type: ignore[arg-type]
    effects = tuple(MuscleEffect(muscle=m, side=s, effect=e) for m, s, _, e in muscles if e)  # type: ignore[arg-type]
    told = proposals(chart("cervical_dystonia", "cervical.retrocollis", *given, effects=effects))
    (smallest,) = (one for one in told if one["title"] == "Last session with the smallest change")
    assert not any("too little" in reason["statement"] for reason in smallest["reasons"])
    before = {(m, s): Decimal(u) for m, s, u, _ in muscles}
    for row in smallest["injections"]:
        place = row["muscle"], row["side"]
        least = before[place] if row["muscle"] != "sternocleidomastoid" else before[place] - 1
        assert Decimal(row["units"]) <= least, place


def test_nobody_is_asked_for_a_session_that_never_was_and_nothing_twice() -> None:
    first = propose(chart("cervical_dystonia", "cervical.retrocollis"), on=TODAY, product=ONA).document()
    assert "sessions.muscle_effects" not in [one["field"] for one in first["ask"]]
    given = GivenInjection(muscle="splenius_capitis", side="left", units=Decimal(40), sites=2)
    later = propose(chart("cervical_dystonia", "cervical.retrocollis", given), on=TODAY, product=ONA).document()
    assert [one["field"] for one in later["ask"]].count("sessions.muscle_effects") == 1


def test_what_forbids_the_product_is_said_even_where_no_dose_is_on_file() -> None:
    """Myasthenia gravis: a contraindication of rima by its EU leaflet, elsewhere a warning (formulary, NMJ disease)."""
    neck = chart("cervical_dystonia", "cervical.retrocollis")
    for product, place, stops in (
        ("rimabotulinumtoxinB", "EU", True),
        ("rimabotulinumtoxinB", "US", False),
        ("incobotulinumtoxinA", "EU", False),
    ):
        risky = replace(neck, risks=("myasthenia_gravis",), jurisdiction=place)  # type: ignore[arg-type]
        told = propose(risky, on=TODAY, product=product).document()
        (ask,) = (one for one in told["ask"] if one["field"] == "risks")
        assert ask["ask"] == "Myasthenia gravis is on record: does it still hold?"
        assert ask["stops"] is stops
        assert not told["proposals"]
