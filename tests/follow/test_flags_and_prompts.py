"""Red flags and the questions on days 3, 7 and 14."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.follow.prompts import BY_REGION, EVERYONE, PROMPT_DAYS, asked_symptoms, prompts, regions_of
from reprieve.follow.red_flags import GRAVE_SWALLOWING, RED_FLAGS, WATCHED_DAYS, Call, raised
from reprieve.record.chart import GivenInjection, Session, Symptom

DAY = date(2026, 3, 2)
# The class boxed warning: weakness, double vision, trouble swallowing, speaking or breathing, incontinence.
BOXED = {"generalised_weakness", "diplopia", "dysphagia", "dysphonia", "dysarthria", "breathing_difficulty"}


def symptom(name: str, seriousness: str = "mild", day: int = 0, resolved: date | None = None) -> Symptom:
    when = DAY + timedelta(days=day)
    return Symptom(date=when, symptom=name, seriousness=seriousness, resolved=resolved)  # type: ignore[arg-type]


def session(indication: str = "cervical_dystonia", limb: str | None = None) -> Session:
    row = GivenInjection(muscle="m", side="left", units=D(10), limb=limb)  # type: ignore[arg-type]
    return Session(date=DAY, product="onabotulinumtoxinA", indication=indication, injections=(row,), id="s1")


@pytest.mark.parametrize("name", sorted(BOXED))
def test_every_symptom_of_the_boxed_warning_is_urgent_however_mild(name: str) -> None:
    (flag,) = raised([symptom(name)], DAY)
    assert flag.source is not None
    assert flag.source.checked
    assert flag.text == RED_FLAGS[name].text
    assert "emergency number" in flag.text or "clinic today" in flag.text


def test_whom_to_call() -> None:
    assert raised([symptom("breathing_difficulty")], DAY)[0].call is Call.EMERGENCY
    assert raised([symptom("allergic_reaction")], DAY)[0].call is Call.EMERGENCY
    assert raised([symptom("dysphagia")], DAY)[0].call is Call.CLINIC_TODAY
    for grave in ("severe", "serious"):
        (flag,) = raised([symptom("dysphagia", grave)], DAY)
        assert (flag.call, flag.text) == (Call.EMERGENCY, GRAVE_SWALLOWING)
    (flag,) = raised([symptom("infection_at_site")], DAY)
    assert (flag.call, flag.source) == (Call.CLINIC_TODAY, None)


def test_anything_called_serious_is_urgent_and_anything_else_is_not() -> None:
    (flag,) = raised([symptom("rash", "serious")], DAY)
    assert (flag.call, flag.because) == (Call.CLINIC_TODAY, "seriousness is serious")
    assert raised([symptom("bruise", "severe")], DAY) == ()


def test_a_flag_lasts_until_an_end_is_noted_and_emergencies_come_first() -> None:
    rows = [symptom("diplopia"), symptom("breathing_difficulty", day=1)]
    assert [flag.symptom.symptom for flag in raised(rows, DAY + timedelta(days=2))] == [
        "breathing_difficulty",
        "diplopia",
    ]
    assert len(raised(rows, DAY)) == 1  # tomorrow's entry is not known yet
    assert raised([symptom("diplopia", resolved=DAY + timedelta(days=3))], DAY + timedelta(days=2))
    assert not raised([symptom("diplopia", resolved=DAY + timedelta(days=3))], DAY + timedelta(days=3))
    assert raised([symptom("diplopia")], DAY + timedelta(days=WATCHED_DAYS))
    assert not raised([symptom("diplopia")], DAY + timedelta(days=WATCHED_DAYS + 1))


def test_no_text_for_patients_names_a_dose_or_an_injection_to_have() -> None:
    for flag in RED_FLAGS.values():
        words = flag.text.lower()
        assert not any(word in words for word in ("unit", "dose", "inject now", " mg", " ml"))


@pytest.mark.parametrize(
    ("days", "states"),
    [
        (0, ["to_come"] * 3),
        (3, ["due", "to_come", "to_come"]),
        (7, ["unanswered", "due", "to_come"]),
        (14, ["unanswered", "unanswered", "due"]),
        (27, ["unanswered", "unanswered", "due"]),
        (28, ["unanswered"] * 3),
    ],
)
def test_states_over_time_without_any_entry(days: int, states: list[str]) -> None:
    assert [prompt.state for prompt in prompts(session(), [], DAY + timedelta(days=days))] == states


def test_an_entry_answers_the_question_in_whose_time_it_falls() -> None:
    rows = [symptom("bruise", day=8)]
    found = prompts(session(), rows, DAY + timedelta(days=20))
    assert [prompt.state for prompt in found] == ["unanswered", "answered", "due"]
    assert [prompt.due for prompt in found] == [DAY + timedelta(days=day) for day in PROMPT_DAYS]
    # What is entered tomorrow has not been said today.
    assert prompts(session(), rows, DAY + timedelta(days=7))[1].state == "due"


def test_what_is_asked_depends_on_the_place_and_the_dangerous_is_always_asked() -> None:
    assert "neck_weakness" in asked_symptoms(session())
    assert "ptosis" in asked_symptoms(session("blepharospasm"))
    assert "dysphonia" in asked_symptoms(session("laryngeal_dystonia_adductor"))
    assert regions_of(session("limb_dystonia", "left_leg")) == ("leg",)
    assert regions_of(session("cervical_dystonia", "right_arm")) == ("neck", "arm")
    assert regions_of(session("something_new")) == tuple(BY_REGION)


@given(
    st.sampled_from(["cervical_dystonia", "blepharospasm", "lower_limb_spasticity", "unheard_of"]), st.integers(0, 60)
)
def test_breathing_and_swallowing_are_asked_each_time(indication: str, days: int) -> None:
    for prompt in prompts(session(indication), [], DAY + timedelta(days=days)):
        assert prompt.asks[: len(EVERYONE)] == EVERYONE
        assert len(set(prompt.asks)) == len(prompt.asks)
