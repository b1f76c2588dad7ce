"""The planner from the chart to the document: what it proposes, what it withholds, what it asks."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from plan.optimise.random_patients import TODAY, random_patient
from reprieve.app.planning.proposal import Checked, Proposals, propose
from reprieve.cli.main import main
from reprieve.core.documents import as_json, canonical
from reprieve.core.errors import UnknownNameError
from reprieve.core.findings import Severity
from reprieve.record.chart import (
    Assessment,
    Chart,
    ChartPatient,
    Condition,
    GivenInjection,
    MuscleEffect,
    PostureFinding,
    Session,
    Symptom,
)
from reprieve.record.plan import Exposure, Reconstitution, Vial
from reprieve.reference.reviews import Review

ON = date(2026, 11, 26)
ONA, ABO, INCO, DAXI = "onabotulinumtoxinA", "abobotulinumtoxinA", "incobotulinumtoxinA", "daxibotulinumtoxinA"
# A contraindication is a fact of the patient: no dose heals it, so the planner cannot keep it and the check withholds.
PATIENT_RULES = {"contraindicated", "cosmetic_product"}


def given(muscle: str, side: str, units: str, sites: int = 2) -> GivenInjection:
    return GivenInjection(muscle=muscle, side=side, units=Decimal(units), sites=sites)  # type: ignore[arg-type]


def session(*injections: GivenInjection, product: str = ONA, days: int = 100, **more) -> Session:
    told = {
        "signed_by": "dr",
        "reconstitution": Reconstitution(vials=(Vial(units=Decimal(100), diluent_ml=Decimal(2)),)),
    }
    return Session(
        date=ON - timedelta(days=days),
        product=product,
        indication="cervical_dystonia",
        injections=injections,
        **(told | more),
    )


def neck(*sessions: Session, **more) -> Chart:
    told = {
        "patient": ChartPatient(id="p", birth_date=date(1966, 5, 1), exposure_history="known"),
        "jurisdiction": "US",
        "conditions": (Condition(condition="cervical_dystonia"),),
        "assessments": (Assessment(date=ON, postures=(PostureFinding(posture="cervical.torticollis", side="left"),)),),
        "sessions": sessions,
    }
    return Chart(**(told | more))


TORTICOLLIS = (
    given("splenius_capitis", "left", "70"),
    given("sternocleidomastoid", "right", "50"),
    given("levator_scapulae", "left", "40"),
)


def told_by(answer: Proposals, name: str) -> Checked:
    return next(one for one in answer.proposed if one.offer.id == name)


def units(checked: Checked) -> dict[tuple[str, str | None], Decimal]:
    return {(one.muscle, one.side): one.units for one in checked.offer.plan.injections}


def errors(checked: Checked) -> set[str]:
    return {one.rule for one in checked.findings if one.severity is Severity.ERROR}


# --- what is always shown ---


def test_the_four_options_and_repeat_last_are_shown_each_with_its_reasons() -> None:
    answer = propose(neck(session(*TORTICOLLIS)), on=ON, front=False)
    assert [one.offer.id for one in answer.proposed] == ["best_expected", "smallest_change", "lowest_dose", "cautious"]
    assert answer.repeat_last is not None
    assert [(one.muscle, one.units) for one in answer.repeat_last.injections] == [
        (o.muscle, o.units) for o in TORTICOLLIS
    ]
    for one in answer.proposed:
        for injection in one.offer.plan.injections:
            kinds = {reason.kind for reason in one.offer.reasons if reason.muscle == injection.muscle}
            assert {"range", "last_dose", "evidence", "fixed_by", "would_change"} <= kinds


def test_without_a_complaint_the_smallest_change_is_none() -> None:
    chart = neck(session(*TORTICOLLIS))
    assert units(told_by(propose(chart, on=ON), "smallest_change")) == {
        (o.muscle, o.side): o.units for o in TORTICOLLIS
    }


def test_the_lowest_dose_keeps_its_share_with_fewer_units() -> None:
    answer = propose(neck(session(*TORTICOLLIS)), on=ON)
    best, lowest = told_by(answer, "best_expected"), told_by(answer, "lowest_dose")
    assert sum(units(lowest).values()) < sum(units(best).values())
    assert lowest.offer.effect.relief >= 0.9 * best.offer.effect.relief - 1e-4


def test_the_front_holds_no_point_that_another_beats() -> None:
    answer = propose(neck(session(*TORTICOLLIS)), on=ON)
    assert answer.offers is not None
    points = [(-p.relief, p.risk, p.units) for p in answer.offers.front]
    assert len(points) > 3
    for a in points:
        assert not any(all(x <= y for x, y in zip(b, a, strict=True)) and b != a for b in points)


def test_the_same_chart_gives_the_same_bytes() -> None:
    chart = neck(session(*TORTICOLLIS))
    assert canonical(propose(chart, on=ON).document()) == canonical(propose(chart, on=ON).document())


# --- history ---


def test_a_weak_neck_after_60_units_in_both_scm_lowers_them_and_says_so() -> None:
    both = (given("sternocleidomastoid", "left", "60"), given("sternocleidomastoid", "right", "60"))
    weak = tuple(MuscleEffect(muscle="sternocleidomastoid", side=side, effect="weak") for side in ("left", "right"))
    answer = propose(neck(session(*both, given("splenius_capitis", "left", "70"), muscle_effects=weak)), on=ON)
    for name in ("best_expected", "smallest_change", "lowest_dose", "cautious"):
        checked = told_by(answer, name)
        for side in ("left", "right"):
            assert units(checked).get(("sternocleidomastoid", side), Decimal(0)) <= 48
    change = told_by(answer, "smallest_change")
    assert any("60 units of 2026-08-18 left it weak" in reason.statement for reason in change.offer.reasons)
    assert units(change)["splenius_capitis", "left"] == 70


def test_a_muscle_that_got_worse_is_not_raised_and_one_unchanged_is() -> None:
    effects = (
        MuscleEffect(muscle="splenius_capitis", side="left", effect="worse"),
        MuscleEffect(muscle="levator_scapulae", side="left", effect="same"),
    )
    answer = propose(neck(session(*TORTICOLLIS, muscle_effects=effects)), on=ON)
    assert all(units(one).get(("splenius_capitis", "left"), Decimal(0)) <= 70 for one in answer.proposed)
    assert units(told_by(answer, "smallest_change"))["levator_scapulae", "left"] > 40


@pytest.mark.parametrize("side", ["right", "both", None])
def test_a_side_effect_blamed_on_a_muscle_lowers_it(side: str | None) -> None:
    symptom = blamed("sternocleidomastoid", side)
    answer = propose(neck(session(*TORTICOLLIS), symptoms=(symptom,)), on=ON)
    assert all(units(one).get(("sternocleidomastoid", "right"), Decimal(0)) <= 40 for one in answer.proposed)


def test_a_side_effect_blamed_on_a_group_lowers_its_parts() -> None:
    doses = (given("splenius_capitis", "left", "70"), given("trapezius_descending", "left", "50"))
    answer = propose(neck(session(*doses), symptoms=(blamed("trapezius", "left"),)), on=ON)
    assert all(units(one).get(("trapezius_descending", "left"), Decimal(0)) <= 40 for one in answer.proposed)


def test_a_side_effect_after_another_product_is_not_told_of_this_ones_dose() -> None:
    arm = (given("flexor_carpi_radialis", "right", "50"),)
    seen = Assessment(date=ON, postures=(PostureFinding(posture="arm.wrist_flexion", side="right"),))
    chart = neck(
        replace(session(*arm, product=INCO, days=300), indication="upper_limb_spasticity"),
        replace(session(*arm, product=ONA), indication="upper_limb_spasticity"),
        conditions=(Condition(condition="upper_limb_spasticity"),),
        assessments=(seen,),
        symptoms=(blamed("flexor_carpi_radialis", "right"),),
    )
    answer = propose(chart, on=ON, product=INCO, front=False)
    doses = [units(one)["flexor_carpi_radialis", "right"] for one in answer.proposed]
    assert doses
    assert max(doses) <= 50
    assert answer.offers is not None
    words = next(one.ceiling.words for one in answer.offers.candidates if one.ceiling and one.ceiling.learned)
    before, last = ON - timedelta(days=300), ON - timedelta(days=100)
    assert words == f"dysphagia after {last} was put down to it, so no more than 50 units of {before}"


def blamed(muscle: str, side: str | None) -> Symptom:
    return Symptom(date=ON - timedelta(days=90), symptom="dysphagia", muscle=muscle, side=side)  # type: ignore[arg-type]


def test_a_muscle_never_injected_starts_in_the_lower_half_of_its_range() -> None:
    """Flexor carpi radialis of incobotulinumtoxinA: 25 to 100 units by the label."""
    seen = Assessment(date=ON, postures=(PostureFinding(posture="arm.wrist_flexion", side="right"),))
    chart = neck(conditions=(Condition(condition="upper_limb_spasticity"),), assessments=(seen,))
    answer = propose(chart, on=ON, product=INCO, front=False)
    doses = [units(one).get(("flexor_carpi_radialis", "right")) for one in answer.proposed]
    assert any(doses)
    assert all(dose is None or 25 <= dose <= Decimal("62.5") for dose in doses)


def test_daxi_rises_only_inside_its_labelled_step() -> None:
    doses = tuple(replace(one, units=one.units / 2) for one in TORTICOLLIS)
    answer = propose(neck(session(*doses, product=DAXI)), on=ON)
    assert all(sum(units(one).values()) <= 80 + 75 for one in answer.proposed)


# --- limits ---


def test_toxin_given_elsewhere_leaves_less_room() -> None:
    elsewhere = (
        Exposure(date=ON - timedelta(days=30), product=ONA, indication="chronic_migraine", units=Decimal(300)),
    )
    answer = propose(neck(session(*TORTICOLLIS), exposures=elsewhere), on=ON)
    for one in answer.proposed:
        assert sum(units(one).values()) <= 100
    best = told_by(answer, "best_expected").offer
    assert any(
        limit.id == "onabotulinumtoxinA.adult_cumulative" and limit.headroom < 5 for limit in best.binding_limits
    )


def test_a_session_told_twice_under_its_brand_counts_once() -> None:
    twice = (Exposure(date=ON - timedelta(days=80), product="Botox", units=Decimal(160)),)
    chart = neck(session(*TORTICOLLIS, days=80), exposures=twice)
    answer = propose(chart, on=ON, front=False)
    best = told_by(answer, "best_expected")
    assert 160 < sum(units(best).values()) <= 200
    assert not errors(best)
    assert [(one.product, one.units) for one in best.offer.plan.patient.exposures] == [(ONA, Decimal(160))]


def test_no_room_at_all_names_the_limit_and_the_smallest_dose() -> None:
    elsewhere = (Exposure(date=ON - timedelta(days=30), product=ONA, units=Decimal(390)),)
    answer = propose(neck(session(*TORTICOLLIS), exposures=elsewhere), on=ON)
    assert answer.proposed == ()
    assert answer.offers is not None
    assert answer.offers.conflict is not None
    assert [bound.id for bound in answer.offers.conflict.bounds] == ["onabotulinumtoxinA.adult_cumulative"]
    assert "390 used, 10 left" in answer.offers.conflict.words[0]
    assert "smallest dose" in answer.offers.conflict.words[-1]


def test_both_scm_stay_within_the_advised_sum() -> None:
    both = (given("sternocleidomastoid", "left", "45"), given("sternocleidomastoid", "right", "45"))
    answer = propose(neck(session(*both)), on=ON)
    assert all(sum(units(one).values()) <= 100 for one in answer.proposed)


def test_a_contraindication_withholds_every_proposal() -> None:
    answer = propose(neck(session(*TORTICOLLIS), risks=("infection_at_site",)), on=ON)
    assert answer.proposed == ()
    assert all(errors(one) == {"contraindicated"} for one in answer.withheld)
    assert len(answer.withheld) == 4


# --- nothing is invented ---


def test_without_a_sourced_dose_nothing_is_proposed_and_the_muscles_are_listed() -> None:
    answer = propose(neck(), on=ON, product=ONA)
    assert answer.proposed == ()
    told = answer.document()
    assert any(one["muscle"] == "splenius_capitis" and one["side"] == "left" for one in told["no_sourced_dose"])
    assert any(ask["stops"] for ask in told["ask"])
    assert "literature.cervical_dystonia.onabotulinumtoxinA.splenius_capitis" in str(told["no_sourced_dose"])
    assert "150" not in json.dumps(told["no_sourced_dose"])


def test_a_clinic_review_unlocks_the_hidden_row() -> None:
    row = "literature.cervical_dystonia.onabotulinumtoxinA.splenius_capitis"
    day = ON - timedelta(days=3)
    review = Review(row_id=row, verdict="confirmed", source="own protocol", by="dr", on=day, effective_from=day)
    answer = propose(neck(), on=ON, product=ONA, reviews=(review,))
    assert {one[0] for checked in answer.proposed for one in units(checked)} == {"splenius_capitis"}
    assert all(25 <= dose <= 150 for checked in answer.proposed for dose in units(checked).values())
    assert [one["row_id"] for one in answer.document()["inputs"]["reviews"]] == [row]
    later = replace(review, effective_from=ON + timedelta(days=1))
    assert propose(neck(), on=ON, product=ONA, reviews=(later,)).proposed == ()


def test_a_switch_of_product_starts_blank_and_the_ratio_is_only_text() -> None:
    answer = propose(neck(session(*TORTICOLLIS)), on=ON, product=ABO)
    assert answer.proposed == ()
    assert answer.repeat_last is None
    switch = answer.document()["product_switch"]
    assert "blank" in switch["statement"]
    assert switch["literature_not_label"]
    assert all({one["of"], one["to"]} == {ONA, ABO} for one in switch["literature_not_label"])


def test_unknown_units_elsewhere_stop_the_proposals_and_ask_for_them() -> None:
    elsewhere = (Exposure(date=ON - timedelta(days=30), product=ONA),)
    answer = propose(neck(session(*TORTICOLLIS), exposures=elsewhere), on=ON)
    assert answer.proposed == ()
    assert answer.ask[0].stops
    assert "How many units" in answer.ask[0].ask
    assert set(answer.ask[0].values) == {"product", "date"}


def test_an_unsigned_session_among_signed_ones_stops_and_asks() -> None:
    first, last = session(*TORTICOLLIS, days=200), session(*TORTICOLLIS, signed_by=None)
    answer = propose(neck(first, last), on=ON)
    assert answer.proposed == ()
    assert "not signed" in answer.ask[0].ask
    assert set(answer.ask[0].values) == {"date"}


def test_a_child_without_a_weight_is_asked_for_it() -> None:
    child = ChartPatient(id="c", birth_date=date(2019, 1, 1), exposure_history="known")
    leg = Session(
        date=ON - timedelta(days=120), product=ABO, indication="lower_limb_spasticity", signed_by="dr",
        injections=(given("soleus", "left", "80"),),
    )  # fmt: skip
    answer = propose(Chart(patient=child, jurisdiction="US", sessions=(leg,)), on=ON)
    assert answer.proposed == ()
    assert any(ask.field == "patient.weight_kg" and ask.stops for ask in answer.ask)


def test_an_empty_chart_asks_and_a_brand_is_refused() -> None:
    empty = Chart(patient=ChartPatient(id="e"))
    assert [ask.field for ask in propose(empty, on=ON).ask] == ["product", "conditions"]
    with pytest.raises(UnknownNameError, match="onabotulinumtoxinA"):
        propose(neck(), on=ON, product="Botox")


@pytest.mark.parametrize("command", ["plan", "assess"])
def test_a_figure_without_end_is_one_line(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chart = as_json(neck(session(given("splenius_capitis", "left", "60"))))
    chart["ratings"] = [{"date": ON.isoformat(), "scale": "TWSTRS", "total": "1e400"}]
    (tmp_path / "chart.json").write_text(json.dumps(chart))
    assert main([command, str(tmp_path / "chart.json")]) == 2
    told = capsys.readouterr()
    assert "total is beyond any figure of a record" in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("asked", [None, ONA])
def test_a_session_under_a_brand_is_refused_and_no_other_product(asked: str | None) -> None:
    """It said that doses of Botox tell nothing about onabotulinumtoxinA, and started blank."""
    chart = neck(session(given("splenius_capitis", "left", "60"), product="Botox"))
    with pytest.raises(UnknownNameError, match="'Botox' is a brand or another spelling"):
        propose(chart, on=ON, product=asked)


def test_a_goal_that_names_a_muscle_raises_it() -> None:
    chart = neck(session(*TORTICOLLIS))
    plain_answer, wanted = propose(chart, on=ON), propose(chart, on=ON, goal="levator scapulae left")
    place = ("levator_scapulae", "left")
    assert units(told_by(wanted, "smallest_change"))[place] > units(told_by(plain_answer, "smallest_change"))[place]
    assert any("kept in words" in note for note in propose(chart, on=ON, goal="read again").document()["notes"])
    risk = told_by(propose(chart, on=ON, goal="fewer_side_effects"), "best_expected").offer.effect.risk
    assert risk <= told_by(plain_answer, "best_expected").offer.effect.risk


def test_removing_an_input_changes_the_answer() -> None:
    """No hidden inputs: without the exposure, the effect or the posture the document is another one."""
    effects = (MuscleEffect(muscle="splenius_capitis", side="left", effect="weak"),)
    elsewhere = (Exposure(date=ON - timedelta(days=30), product=ONA, units=Decimal(300)),)
    full = neck(session(*TORTICOLLIS, muscle_effects=effects), exposures=elsewhere)
    whole = canonical(propose(full, on=ON).document())
    for less in (
        replace(full, exposures=()),
        replace(full, assessments=()),
        replace(full, jurisdiction=None),
        replace(full, sessions=(session(*TORTICOLLIS),)),
    ):
        assert canonical(propose(less, on=ON).document()) != whole


# --- random patients ---


def sweep(seeds: range) -> int:
    """Plan for random patients; return how many got a proposal."""
    served = 0
    for seed in seeds:
        patient = random_patient(np.random.default_rng(seed))
        answer = propose(patient.chart, on=TODAY, product=patient.product, reviews=patient.reviews, front=False)
        assert answer.offers is not None
        for one in (*answer.proposed, *answer.withheld):
            assert errors(one) <= PATIENT_RULES, (seed, one.offer.id, errors(one))
            assert one.offer.gap == 0
        if answer.offers.candidates and not answer.offers.offers:
            assert answer.offers.conflict is not None, seed
            assert answer.offers.conflict.bounds, seed
        if not answer.proposed:
            assert answer.withheld or answer.offers.conflict or any(ask.stops for ask in answer.ask), seed
        served += bool(answer.proposed)
    return served


def test_no_proposal_for_a_random_patient_breaks_a_limit() -> None:
    assert sweep(range(25)) > 8


@pytest.mark.slow
def test_no_proposal_for_ten_thousand_random_patients_breaks_a_limit() -> None:
    assert sweep(range(10_000)) > 4_000


# --- command line ---


def test_the_command_writes_one_document(tmp_path: Path) -> None:
    file = tmp_path / "chart.json"
    file.write_text(json.dumps(as_json(neck(session(*TORTICOLLIS)))))
    command = [sys.executable, "-m", "reprieve", "plan", str(file), "--on", ON.isoformat(), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert {"proposals", "repeat_last", "ask", "sources", "pareto"} <= set(document)
    first = document["proposals"][0]
    assert {"plan", "reasons", "binding_limits", "optimality_gap", "expected_effect", "findings"} <= set(first)
    assert first["optimality_gap"] == 0
    assert all(isinstance(one["units"], str) for one in first["plan"]["injections"])


def test_remarks_of_the_solver_do_not_reach_standard_output() -> None:
    """A library that prints past Python, as HiGHS does, must not spoil the one document."""
    noisy = (
        "import ctypes, sys; from reprieve.cli import main as face; from reprieve.app import planning\n"
        "face.COMMANDS['noisy'] = ('schema', 'noise before the answer')\n"
        "from reprieve.cli.commands import schema; real = schema.run\n"
        "def run(args):\n"
        "    libc = ctypes.CDLL(None); libc.puts(b'remark of a library'); libc.fflush(None)\n"
        "    return real(args)\n"
        "schema.run = run; sys.argv = ['reprieve', 'noisy', 'plan', '--json']\n"
        "raise SystemExit(face.main())"
    )
    done = subprocess.run([sys.executable, "-c", noisy], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["type"] == "object"
    assert "remark of a library" in done.stderr


def test_the_command_exits_1_when_nothing_fits_and_2_on_bad_input(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "chart.json"
    elsewhere = (Exposure(date=ON - timedelta(days=30), product=ONA, units=Decimal(390)),)
    file.write_text(json.dumps(as_json(neck(session(*TORTICOLLIS), exposures=elsewhere))))
    assert main(["plan", str(file), "--on", ON.isoformat()]) == 1
    assert "cannot be kept together" in capfd.readouterr().out
    assert main(["plan", str(file), "--on", ON.isoformat(), "--product", "Botox"]) == 2
    assert "Traceback" not in capfd.readouterr().err
    assert main(["plan", str(file), "--on", "tomorrow"]) == 2
