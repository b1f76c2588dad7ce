"""The synthetic clinic: invented patients with up to two years of history, the same for the same seed.

Nobody in it exists. What it can and cannot show is in docs/explanation/demo-clinic.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal as D
from random import Random

from reprieve.app.demo import curve as demo_curve
from reprieve.app.demo import doses as demo_doses
from reprieve.app.demo import patterns as demo_patterns
from reprieve.app.demo import people as demo_people
from reprieve.app.demo import scores as demo_scores
from reprieve.app.demo import stories as demo_stories
from reprieve.app.demo import visits as demo_visits
from reprieve.app.demo.patterns import Regimen, Share
from reprieve.app.demo.stories import Story
from reprieve.core.errors import InputError
from reprieve.record.chart import (
    Assessment,
    Chart,
    ChartPatient,
    Condition,
    DiaryEntry,
    Effect,
    GivenInjection,
    Goal,
    Guidance,
    MuscleEffect,
    MuscleEmg,
    MuscleExamination,
    OtherTreatment,
    PostureFinding,
    Rating,
    Session,
    SkippedInjection,
    Symptom,
)
from reprieve.record.plan import Exposure, Injection, Plan, Side
from reprieve.record.plan_patient import plan_patient

INJECTORS = ("Dr. A. Injector", "Dr. B. Needle")
CLINIC = "Reprieve demo clinic"
# Share of the severity: a patient who loses the response feels nothing of a smaller relief.
LOST_RELIEF = 0.2
SKIP_REASONS = (
    "patient asked to leave this muscle out today",
    "muscle no longer active on EMG",
    "bruise at the site",
    "weak after the last session",
)


@dataclass(frozen=True, slots=True)
class DemoPatient:
    """One invented patient: the chart, and the plan behind each session."""

    story: str
    chart: Chart
    plans: tuple[Plan, ...]


def demo_charts(seed: int, today: date, patients: int = 60) -> list[Chart]:
    """Return the charts of the synthetic clinic.

    Parameters
    ----------
    seed : int
        Any integer; the same seed and day give identical charts.
    today : date
        The day on which the clinic is looked at; nothing but appointments lies after it.
    patients : int
        How many; the first ones are the deliberate stories. A patient does not depend on how many follow.

    Returns
    -------
    list of Chart
        Oldest entries first in every chart.
    """
    return [entry.chart for entry in demo_patients(seed, today, patients)]


def demo_patients(seed: int, today: date, patients: int = 60) -> list[DemoPatient]:
    """Return the synthetic clinic with the name of each story and the plan behind each session."""
    if not patients >= 0:
        raise InputError(f"patients must not be negative, but got {patients}; give a count such as 60")
    return [_patient(seed, index, today) for index in range(patients)]


def _patient(seed: int, index: int, today: date) -> DemoPatient:
    random = Random(f"reprieve demo {seed} {index}")
    story = demo_stories.story_of(index, random)
    return _Course(index, story, today, random).patient()


class _Course:
    """Builds one patient's two years step by step; every draw comes from the patient's own stream."""

    def __init__(self, index: int, story: Story, today: date, random: Random) -> None:
        self.index, self.story, self.today, self.random = index, story, today, random
        self.id = f"demo-{index + 1:03d}"
        self.person = demo_people.person(index, random)
        self.affected: Side = "right" if random.random() < 0.55 else "left"
        self.weight_kg = demo_stories.weight_kg(random, story.child)
        self.visits = demo_visits.visits(
            random,
            today=today,
            next_in_days=demo_stories.next_in_days(index, random),
            interval_weeks=story.regimen.interval_weeks,
            history_weeks=random.uniform(98, 104) if index < 20 else random.uniform(20, 104),
            last_was_missed=story.last_was_missed,
            sessions_wanted=story.sessions_wanted,
        )
        self.responder = demo_curve.responder(random, loses_response=story.loses_response)
        self.baseline = min(0.75, max(0.35, random.gauss(0.53, 0.08)))
        self.cycles: list[demo_curve.Cycle] = []
        self.guidance: Guidance = self._guidance()
        self.injector = random.choice(INJECTORS)

    def patient(self) -> DemoPatient:
        pairs = [self._session(number, day) for number, day in enumerate(self.visits.sessions)]
        sessions = tuple(session for session, _ in pairs)
        exposures = self._exposures(sessions)
        symptoms = self._symptoms(sessions)
        sessions = tuple(self._with_effects(number, session) for number, session in enumerate(sessions))
        chart = Chart(
            patient=self._person(sessions),
            jurisdiction=self.story.jurisdiction,
            conditions=(self._condition(),),
            risks=self.story.risks,
            goals=(self._goal(),),
            exposures=exposures,
            sessions=sessions,
            ratings=self._ratings(sessions),
            diary=self._diary(),
            symptoms=symptoms,
            assessments=self._assessments(),
            other_treatments=self._other_treatments(),
            appointments=self.visits.appointments,
        )
        plans = tuple(_as_planned(chart, plan) for _, plan in pairs)
        return DemoPatient(story=self.story.name, chart=chart, plans=plans)

    def _guidance(self) -> Guidance:
        if self.story.pattern.condition in ("blepharospasm", "hemifacial_spasm"):
            return "anatomical"
        if self.story.pattern.limb == "leg" or self.story.child:
            return "ultrasound"
        return "emg"

    def _person(self, sessions: tuple[Session, ...]) -> ChartPatient:
        age = self.random.randint(4, 9) if self.story.child else self.random.randint(32, 79)
        birth = self.today - timedelta(days=age * 365 + self.random.randint(3, 350))
        weighed = sessions[-1].date if self.story.child and sessions else self.visits.first_contact
        return ChartPatient(
            id=self.id,
            family_name=self.person.family_name,
            given_name=self.person.given_name,
            birth_date=birth,
            sex=self.person.sex,
            weight_kg=self.weight_kg,
            weight_date=weighed,
            exposure_history=self.story.exposure_history,
            prior_toxin_tolerated=True if len(sessions) > 1 else None,
            language=self.person.language,
        )

    def _condition(self) -> Condition:
        since = self.visits.first_contact - timedelta(days=self.random.randint(400, 4000))
        sided = any(has_side for _, has_side in self.story.pattern.postures)
        return Condition(
            condition=self.story.pattern.condition,
            since=since if not self.story.child else None,
            side=self.affected if sided and self.story.pattern.condition != "cervical_dystonia" else None,
        )

    def _goal(self) -> Goal:
        return Goal(text=self.story.pattern.complaint.format(side=self.affected), date=self.visits.first_contact)

    # --- sessions ------------------------------------------------------------------------------------------

    def _regimen_of(self, number: int) -> tuple[Regimen, int]:
        """Return the regimen of the `number`-th session and its place in that regimen; a switch starts anew."""
        earlier = self.story.earlier
        switch = max(1, len(self.visits.sessions) // 2)
        if earlier and number < switch:
            return earlier, number
        return self.story.regimen, number - (switch if earlier else 0)

    def _session(self, number: int, day: date) -> tuple[Session, Plan]:
        regimen, place = self._regimen_of(number)
        weight = self.weight_kg if self.story.child else None
        total = demo_doses.session_total(regimen, place, weight)
        lot = demo_doses.lot_of(regimen.product, day)
        planned = self._planned(regimen, total, lot)
        given, skipped = self._given(planned, regimen, number)
        minute = self.random.randint(0, 400)
        last = number == len(self.visits.sessions) - 1
        unsigned = last and self.story.name == "unsigned"
        units = sum((row.units for row in given), D(0))
        usual = regimen.top * (weight or 1)
        self.cycles.append(
            demo_curve.cycle(self.responder, regimen.product, day, number, float(units / usual), self.random)
        )
        session = Session(
            id=f"{self.id}-s{number + 1:02d}",
            date=day,
            product=regimen.product,
            indication=self.story.pattern.condition,
            injections=given,
            jurisdiction=self.story.jurisdiction,
            reconstitution=demo_doses.vials(regimen, units, day, minute),
            skipped=skipped,
            signed_by=None if unsigned else self.injector,
            signed_at=None if unsigned else datetime.combine(day, time(9, 0), UTC) + timedelta(minutes=minute),
            place=CLINIC,
            note=self._note(number, regimen),
        )
        plan = Plan(
            product=regimen.product,
            indication=self.story.pattern.condition,
            jurisdiction=self.story.jurisdiction,
            date=day,
            injections=planned,
            reconstitution=session.reconstitution,
        )
        return session, plan

    def _planned(self, regimen: Regimen, total: D, lot: str) -> tuple[Injection, ...]:
        rows = demo_doses.injections(self.story.pattern, regimen, self.affected, total, guidance=self.guidance, lot=lot)
        if self.story.name == "advice_exceeded":
            # The one deliberate dose above labelled advice: more than 100 units in the sternocleidomastoids.
            rows = tuple(self._raised(row, regimen) for row in rows)
        return tuple(row.planned() for row in rows)

    def _raised(self, row: GivenInjection, regimen: Regimen) -> GivenInjection:
        if row.muscle != "sternocleidomastoid":
            return row
        return replace(row, units=D(105), sites=3, volume_ml=D(105) / regimen.units_per_ml)

    def _given(
        self, planned: tuple[Injection, ...], regimen: Regimen, number: int
    ) -> tuple[tuple[GivenInjection, ...], tuple[SkippedInjection, ...]]:
        day = self.visits.sessions[number]
        lot = demo_doses.lot_of(regimen.product, day)
        rows = [
            GivenInjection(
                muscle=row.muscle,
                side=row.side,
                units=row.units,
                sites=row.sites,
                volume_ml=row.volume_ml,
                limb=row.limb,
                guidance=self.guidance,
                lot=lot,
            )
            for row in planned
        ]
        skipped: tuple[SkippedInjection, ...] = ()
        if self.story.name == "duplicate_exposure":
            return tuple(rows), skipped  # its sum with the other clinic's units must stay above the limit
        if len(rows) > 2 and self.random.random() < 0.10:
            out = rows.pop(self.random.randrange(1, len(rows)))
            skipped = (SkippedInjection(muscle=out.muscle, side=out.side, reason=self.random.choice(SKIP_REASONS)),)
        elif len(rows) > 1 and self.random.random() < 0.08:
            rows[0] = self._less(rows[0], regimen)
        return tuple(rows), skipped

    def _less(self, row: GivenInjection, regimen: Regimen) -> GivenInjection:
        """Return `row` with one step less than planned: plan and session are two things."""
        units = row.units - regimen.grid
        if units <= 0:
            return row
        return replace(row, units=units, volume_ml=(units / regimen.units_per_ml).normalize() + 0)

    def _note(self, number: int, regimen: Regimen) -> str | None:
        earlier = self.story.earlier
        if earlier and number == max(1, len(self.visits.sessions) // 2):
            return (
                f"Changed from {earlier.product} to {regimen.product} on the patient's wish for longer intervals: "
                "started at the labelled dose of the new product, nothing converted."
            )
        return None

    def _with_effects(self, number: int, session: Session) -> Session:
        if (self.today - session.date).days < 28:
            return session
        relief = demo_curve.effect(self.cycles[number], session.date + timedelta(weeks=5))
        return replace(
            session,
            muscle_effects=tuple(
                MuscleEffect(
                    muscle=row.muscle,
                    side=row.side,
                    effect=self._effect(relief),
                    date=min(self.today, session.date + timedelta(days=self.random.randint(28, 42))),
                )
                for row in session.injections
            ),
        )

    def _effect(self, relief: float) -> Effect:
        draw = self.random.random()
        if self.story.loses_response and relief < LOST_RELIEF:
            return "same"
        if draw < 0.07:
            return "weak"
        return "better" if draw < 0.07 + 3.0 * relief else "same"

    # --- what the patient and the clinic noted ------------------------------------------------------------------

    def _relative(self, felt: float = 1.0) -> Callable[[date], float]:
        first = self.visits.first_contact
        return lambda day: demo_curve.relative_severity(self.responder, self.cycles, first, day, felt)

    def _ratings(self, sessions: tuple[Session, ...]) -> tuple[Rating, ...]:
        condition, relative = self.story.pattern.condition, self._relative()
        rows = [demo_scores.rating(self.random, condition, self.visits.first_contact, self.baseline)]
        for number, session in enumerate(sessions):
            part = self.baseline * relative(session.date)
            rows.append(demo_scores.rating(self.random, condition, session.date, part))
            peak = demo_visits.on_weekday(session.date + timedelta(days=self.random.randint(28, 42)))
            if peak < self.today and self.random.random() < 0.75:
                rows.append(demo_scores.rating(self.random, condition, peak, self.baseline * relative(peak)))
                change = demo_curve.effect(self.cycles[number], peak)
                rows.append(demo_scores.impression(self.random, peak, change))
        return tuple(sorted(rows, key=lambda row: (row.date, row.scale)))

    def _diary(self) -> tuple[DiaryEntry, ...]:
        every = self.story.diary_every_days
        if not every:
            return ()
        start = self.visits.first_contact + timedelta(days=self.random.randint(0, 10))
        if every == 1:  # nobody writes daily for two years: the last year and a half at most
            start = max(start, self.today - timedelta(days=540))
        keeps = (0.97 if self.index == 0 else self.random.uniform(0.75, 0.95)) if every < 7 else 0.9
        return demo_scores.diary(
            self.random,
            self._relative(demo_curve.FELT),
            start=start,
            until=self.today,
            every_days=every,
            baseline=min(0.85, self.baseline * 1.25),
            kept_share=keeps,
            treatments=("physiotherapy", "stretching", "rest", "heat"),
        )

    def _symptoms(self, sessions: tuple[Session, ...]) -> tuple[Symptom, ...]:
        factor = 2.0 if self.story.name == "advice_exceeded" else 1.0
        rows = [
            symptom
            for session in sessions
            for symptom in demo_scores.side_effects(self.random, session, self.today, factor)
        ]
        if self.story.name == "red_flag" and sessions:
            last = sessions[-1]
            rows = [row for row in rows if row.session != last.id]
            suspect = next((row for row in last.injections if row.muscle == "sternocleidomastoid"), last.injections[0])
            rows.append(
                Symptom(
                    date=max(last.date + timedelta(days=1), self.today - timedelta(days=2)),
                    symptom="dysphagia",
                    seriousness="severe",
                    muscle=suspect.muscle,
                    side=suspect.side,
                    session=last.id,
                    lot=suspect.lot,
                    note="Coughs when drinking; solid food sticks. Entered by the patient.",
                )
            )
        return tuple(sorted(rows, key=lambda row: (row.date, row.symptom)))

    def _exposures(self, sessions: tuple[Session, ...]) -> tuple[Exposure, ...]:
        if self.story.name == "duplicate_exposure":
            return (
                Exposure(
                    date=demo_visits.on_weekday(self.today - timedelta(days=36)),
                    product=demo_patterns.ONA,
                    indication="chronic_migraine",
                    units=D(155),
                    place="Headache centre in another town",
                ),
            )
        if sessions and self.random.random() < 0.12 and not self.story.child:
            return (
                Exposure(
                    date=self.visits.first_contact - timedelta(days=self.random.randint(200, 900)),
                    product=demo_patterns.ABO,
                    indication="glabellar_lines",
                    units=D(50),
                    place="Cosmetic practice",
                ),
            )
        return ()

    def _assessments(self) -> tuple[Assessment, ...]:
        days = [self.visits.first_contact, *self.visits.sessions[2::3]]
        return tuple(self._assessment(day, number == 0) for number, day in enumerate(days))

    def _assessment(self, day: date, first: bool) -> Assessment:
        pattern = self.story.pattern
        postures = tuple(
            PostureFinding(
                posture=posture,
                side=self.affected if sided else None,
                angle_deg=D(self.random.randint(2, 9) * 5) if pattern.condition == "cervical_dystonia" else None,
                certainty="clear" if place == 0 or self.random.random() < 0.5 else "slight",
            )
            for place, (posture, sided) in enumerate(pattern.postures)
        )
        targets: list[tuple[Share, Side]] = [
            (share, side) for share in pattern.shares for side in demo_doses.sides_of(share, self.affected)
        ]
        examination = tuple(
            MuscleExamination(
                muscle=share.muscle,
                side=side,
                hypertrophy=self.random.random() < 0.4,
                pain=self.random.random() < 0.35,
                contracture=False if self.random.random() < 0.7 else None,
            )
            for share, side in targets[:3]
        )
        emg = tuple(self._emg(share.muscle, side, share.weight) for share, side in targets) if first else ()
        return Assessment(
            date=day,
            postures=postures,
            examination=examination,
            emg=emg if self.guidance == "emg" else (),
            sensory_trick=self.random.random() < 0.6 if pattern.condition == "cervical_dystonia" else None,
        )

    def _emg(self, muscle: str, side: Side, weight: int) -> MuscleEmg:
        return MuscleEmg(
            muscle=muscle,
            side=side,
            activity_percent_mvc=round(min(95.0, max(4.0, self.random.gauss(12 + weight, 8))), 1),
            sustained_fraction=round(min(1.0, max(0.05, self.random.gauss(0.6, 0.15))), 2),
            turns_per_s=round(max(20.0, self.random.gauss(180 + 4 * weight, 50)), 0),
            leads=weight >= 40 or None,
        )

    def _other_treatments(self) -> tuple[OtherTreatment, ...]:
        if self.random.random() < 0.55:
            start = self.visits.first_contact + timedelta(days=self.random.randint(5, 90))
            return (OtherTreatment(date=min(start, self.today), treatment="physiotherapy", note="once a week"),)
        return ()


def _as_planned(chart: Chart, plan: Plan) -> Plan:
    """Return `plan` with the patient as known before its session was given."""
    assert plan.date is not None
    before = replace(chart, sessions=tuple(one for one in chart.sessions if one.date < plan.date))
    return replace(plan, patient=plan_patient(before, plan.date))
