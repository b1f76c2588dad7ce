"""Small programs made up at random, and their answers by trying everything."""

from __future__ import annotations

import itertools
from decimal import ROUND_CEILING, Decimal

import numpy as np

from reprieve.plan.optimise.bounds import Bound
from reprieve.plan.optimise.candidates import Candidate
from reprieve.plan.optimise.dose_origin import DoseOrigin
from reprieve.plan.optimise.involvement import Involvement, Place
from reprieve.plan.optimise.levels import Level
from reprieve.plan.optimise.program import TICK, Program

MUSCLES = (
    "splenius_capitis",
    "sternocleidomastoid",
    "levator_scapulae",
    "semispinalis_capitis",
    "trapezius_descending",
)


def random_program(rng: np.random.Generator, *, most: int = 5) -> tuple[Program, np.ndarray]:
    """Return a program of two to `most` targets with random bounds, and the worth of each of its levels."""
    candidates = tuple(
        _candidate(MUSCLES[i % 5], "left" if i < 5 else "right", rng) for i in range(rng.integers(2, most + 1))
    )
    bounds = tuple(_bound(i, candidates, rng) for i in range(rng.integers(1, 5)))
    vial = Decimal(int(rng.choice([50, 100]))) if rng.random() < 0.7 else None
    program = Program(candidates=candidates, bounds=bounds, vial_units=vial, vial_cost=float(rng.uniform(0, 0.1)))
    share = rng.uniform(0.05, 0.5, len(candidates))[program.owner]
    scale = rng.uniform(10, 60, len(candidates))[program.owner]
    worth = share * (1 - np.exp(-program.units / scale)) - rng.uniform(0, 0.004) * program.units
    # Some curves are not concave at all: a level may be worth anything.
    return program, worth if rng.random() < 0.7 else rng.normal(0, 0.2, len(worth))


def _candidate(muscle: str, side: str, rng: np.random.Generator) -> Candidate:
    step = Decimal(str(rng.choice(["1.25", "2.5", "5"])))
    first = int(rng.integers(1, 6))
    levels = tuple(Level(step * k, int(rng.integers(1, 4))) for k in range(first, first + int(rng.integers(1, 6))))
    place = Place(muscle, side)  # type: ignore[arg-type]
    origin = DoseOrigin(kind="own", target=muscle, low=levels[0].units, high=levels[-1].units, words="made up")
    told = Involvement(place=place, log_odds=0.0, sd=1.0)
    return Candidate(
        place=place, origin=origin, levels=levels, last=None, history=(), involvement=told,
        limb=None, ceiling=None, sites=(),
    )  # fmt: skip


def _bound(number: int, candidates: tuple[Candidate, ...], rng: np.random.Generator) -> Bound:
    weights = tuple(Decimal(str(rng.choice(["0", "0.5", "1"]))) for _ in candidates)
    quantity = "sites" if rng.random() < 0.25 else "units"
    largest = [one.levels[-1].sites if quantity == "sites" else one.levels[-1].units for one in candidates]
    whole = sum((w * Decimal(most) for w, most in zip(weights, largest, strict=True)), Decimal(0))
    limit = (whole * Decimal(str(round(rng.uniform(0.05, 0.9), 3)))).quantize(Decimal("0.01"))
    return Bound(
        id=f"made_up.{number}", words=f"bound {number}", limit=limit, used=Decimal(0), at_most=limit, weights=weights,
        blocks=True, quantity=quantity,
    )  # fmt: skip


def by_trying_everything(program: Program, worth: np.ndarray) -> float | None:
    """Return the largest objective over every combination, in exact decimals; None if nothing fits."""
    ticks = np.round(_with_vials(program, worth) / TICK)
    starts = np.searchsorted(program.owner, np.arange(len(program.candidates)))
    best: float | None = None
    for picked in itertools.product(*[(None, *range(len(one.levels))) for one in program.candidates]):
        if all(index is None for index in picked) or not _allowed(program, picked):
            continue
        value = sum(ticks[start + index] for start, index in zip(starts, picked, strict=True) if index is not None)
        value -= _vials(program, picked) * round(program.vial_cost / TICK)
        best = value if best is None else max(best, value)
    return None if best is None else float(best) * TICK


def _with_vials(program: Program, worth: np.ndarray) -> np.ndarray:
    if program.vial_units is None:
        return worth
    return worth + program.vial_cost / float(program.vial_units) * program.units


def _allowed(program: Program, picked: tuple[int | None, ...]) -> bool:
    for bound in program.bounds:
        total = Decimal(0)
        for weight, one, index in zip(bound.weights, program.candidates, picked, strict=True):
            if index is not None:
                level = one.levels[index]
                total += weight * (Decimal(level.sites) if bound.quantity == "sites" else level.units)
        if total > bound.at_most:
            return False
    return True


def _vials(program: Program, picked: tuple[int | None, ...]) -> int:
    if program.vial_units is None:
        return 0
    units = sum(
        (one.levels[i].units for one, i in zip(program.candidates, picked, strict=True) if i is not None), Decimal(0)
    )
    return int((units / program.vial_units).to_integral_value(ROUND_CEILING))
