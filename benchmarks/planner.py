"""Is the planner fast and exact? Session of 25 candidates and all limits; Pareto front; greedy and trying everything.

The peer is what a careful person does by hand: step by step the dose that gains most per unit, inside the same limits.
Run: OPENBLAS_NUM_THREADS=1 python benchmarks/planner.py [sessions] [small instances] [patients]
"""

from __future__ import annotations

import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median

import numpy as np

from reprieve.plan.optimise import Involvement, Place, Prices, situation_of
from reprieve.plan.optimise.candidates import field_of
from reprieve.plan.optimise.limit_rows import rows_in_force
from reprieve.plan.optimise.options import best, front
from reprieve.plan.optimise.session_problem import SessionProblem, session_problem
from reprieve.record.chart import Chart, ChartPatient, GivenInjection, MuscleEffect, Session
from reprieve.record.plan import Exposure, Reconstitution, Vial
from reprieve.reference.plan_parameters import plan_parameters

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "plan" / "optimise"))

ON = date(2026, 11, 26)
PRODUCT, CONDITION = "onabotulinumtoxinA", "cervical_dystonia"
# No label has doses of single neck muscles: all come from the patient's own record, three sites each.
NECK = (
    "splenius_capitis", "sternocleidomastoid", "levator_scapulae", "semispinalis_capitis", "trapezius_descending",
    "scalenus_medius", "scalenus_anterior", "longissimus_capitis", "splenius_cervicis", "obliquus_capitis_inferior",
    "semispinalis_cervicis", "rectus_capitis_posterior_major",
)  # fmt: skip


def session(rng: np.random.Generator) -> SessionProblem:
    """Return one session of 25 candidates with a history, an exposure elsewhere and every limit of the product."""
    places = [Place(name, side) for name in NECK for side in ("left", "right")] + [Place("longus_colli", "left")]
    given = tuple(
        GivenInjection(muscle=place.muscle, side=place.side, units=Decimal(5 * int(rng.integers(1, 5))), sites=3)
        for place in places
    )
    words = ("same", "better", "better", "weak")
    effects = tuple(MuscleEffect(muscle=one.muscle, side=one.side, effect=words[rng.integers(4)]) for one in given)
    last = Session(
        date=ON - timedelta(days=100), product=PRODUCT, indication=CONDITION, injections=given, muscle_effects=effects,
        reconstitution=Reconstitution(vials=(Vial(units=Decimal(100), diluent_ml=Decimal(2)),)), signed_by="dr",
    )  # fmt: skip
    chart = Chart(
        patient=ChartPatient(id="bench", birth_date=date(1970, 1, 1), exposure_history="known"),
        jurisdiction="US",
        sessions=(last,),
        exposures=(Exposure(date=ON - timedelta(days=20), product=PRODUCT, units=Decimal(25)),),
    )
    situation = situation_of(chart, ON, PRODUCT, CONDITION)
    involved = [Involvement(place=place, log_odds=float(rng.gamma(3, 0.6)), sd=0.7) for place in places]
    rows, parameters = rows_in_force(situation, ()), plan_parameters()
    field = field_of(situation, involved, rows, (), (), parameters)
    weights = [1.0] * len(field.candidates)
    return session_problem(situation, field, rows, weights, Prices(), False, parameters, rng)


def greedy(problem: SessionProblem) -> float:
    """Return the net worth of adding, while anything gains, the step that gains most per unit."""
    program = problem.program
    starts = np.searchsorted(program.owner, np.arange(len(program.candidates)))
    sizes = np.array([len(one.levels) for one in program.candidates])
    matrix = np.array([program.coefficients(bound) for bound in program.bounds]).reshape(len(program.bounds), -1)
    room = np.array([float(bound.at_most) for bound in program.bounds])
    at = np.full(len(starts), -1)
    used, worth, units = np.zeros(len(room)), 0.0, 0.0
    while True:
        steps = []
        for i in np.flatnonzero(at + 1 < sizes):
            new, old = starts[i] + at[i] + 1, starts[i] + at[i]
            more = matrix[:, new] - (matrix[:, old] if at[i] >= 0 else 0)
            gain = problem.net[new] - (problem.net[old] if at[i] >= 0 else 0)
            cost = program.units[new] - (program.units[old] if at[i] >= 0 else 0)
            if gain > 0 and (used + more <= room + 1e-9).all():
                steps.append((gain / cost, gain, cost, i, more))
        if not steps:
            size = float(program.vial_units or 1)
            return worth - program.vial_cost * (np.ceil(units / size) - units / size)
        _, gain, cost, i, more = max(steps, key=lambda step: step[0])
        at[i] += 1
        used, worth, units = used + more, worth + gain, units + cost


def large(count: int) -> None:
    """Print times, gaps and the ratio to greedy over `count` sessions of 25 candidates."""
    times, fronts, gaps, ratios, sites, points, limits = [], [], [], [], [], [], []
    own, own_fronts = [], []
    for seed in range(count):
        problem = session(np.random.default_rng(seed))
        assert len(problem.candidates) == 25
        begin, spent = time.perf_counter(), time.process_time()
        choice = best(problem)
        times.append(time.perf_counter() - begin)
        own.append(time.process_time() - spent)
        assert choice is not None
        assert problem.program.kept(choice)
        gaps.append(choice.gap)
        ratios.append(greedy(problem) / choice.objective)
        sites.append(sum(max(level.sites for level in one.levels) for one in problem.candidates))
        limits.append(len(problem.bounds))
        begin, spent = time.perf_counter(), time.process_time()
        points.append(len(front(problem)))
        fronts.append(time.perf_counter() - begin)
        own_fronts.append(time.process_time() - spent)
    columns = len(problem.program.columns)
    held = f"{columns} doses, up to {max(sites)} sites of which 60 are allowed, {max(limits)} limits at work"
    print(f"{count} sessions: 25 candidates, {held}")
    wall, alone = 1e3 * median(times), 1e3 * median(own)
    print(f"  best: median {wall:.0f} ms ({alone:.0f} ms of processor), most {1e3 * max(times):.0f}; gap {max(gaps):g}")
    wall, alone = median(fronts), median(own_fronts)
    print(f"  front, 20 solutions: median {wall:.2f} s ({alone:.2f} s of processor), {median(points):.0f} points on it")
    print(f"  greedy / exact objective: median {median(ratios):.3f}, least {min(ratios):.3f}")


def small(count: int) -> None:
    """Print how many small instances agree with trying everything."""
    from small_programs import by_trying_everything, random_program

    rng, same, ours, theirs = np.random.default_rng(1), 0, 0.0, 0.0
    for _ in range(count):
        program, worth = random_program(rng)
        begin = time.perf_counter()
        choice = program.solve(worth)
        ours += time.perf_counter() - begin
        begin = time.perf_counter()
        found = by_trying_everything(program, worth)
        theirs += time.perf_counter() - begin
        same += (choice is None and found is None) or (
            choice is not None and found is not None and abs(choice.objective - found) < 1e-9
        )
    ratio = theirs / max(ours, 1e-9)
    print(
        f"{same} of {count} small instances: the objective of trying everything (which takes {ratio:.1f} times as long)"
    )


def patients(count: int) -> None:
    """Print what the safety rules say to the proposals of random patients."""
    from random_patients import TODAY, random_patient

    from reprieve.app.planning.proposal import propose
    from reprieve.core.findings import Severity

    told: dict[str, int] = dict.fromkeys(("proposals", "withheld", "conflicts", "nothing on file", "limit errors"), 0)
    for seed in range(count):
        one = random_patient(np.random.default_rng(seed))
        answer = propose(one.chart, on=TODAY, product=one.product, reviews=one.reviews, front=False)
        assert answer.offers is not None
        told["proposals"] += len(answer.proposed)
        told["withheld"] += len(answer.withheld)
        told["nothing on file"] += not answer.offers.candidates
        told["conflicts"] += answer.offers.conflict is not None
        for checked in (*answer.proposed, *answer.withheld):
            errors = [f.rule for f in checked.findings if f.severity is Severity.ERROR]
            told["limit errors"] += any(rule != "contraindicated" for rule in errors)
    print(f"{count} random patients: " + ", ".join(f"{number} {name}" for name, number in told.items()))


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    large(numbers[0] if numbers else 30)
    small(numbers[1] if len(numbers) > 1 else 1000)
    patients(numbers[2] if len(numbers) > 2 else 200)
