"""The program against trying everything: the same objective, every time; conflicts that are real and minimal."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from plan.optimise.small_programs import by_trying_everything, random_program
from reprieve.plan.optimise.conflict import conflict_of
from reprieve.plan.optimise.program import TICK, Row, Tail


def test_the_answer_is_that_of_trying_everything() -> None:
    rng = np.random.default_rng(4)
    solved = 0
    for _ in range(500):
        program, worth = random_program(rng, most=4)
        choice, best = program.solve(worth), by_trying_everything(program, worth)
        assert (choice is None) == (best is None)
        if choice is not None and best is not None:
            assert choice.objective == pytest.approx(best, abs=TICK / 2)
            assert choice.gap == 0
            assert program.kept(choice)
            solved += 1
    assert solved > 300


def test_a_conflict_names_bounds_of_which_each_is_needed() -> None:
    rng = np.random.default_rng(5)
    found = 0
    while found < 10:
        program, _ = random_program(rng, most=3)
        tight = replace(program, bounds=tuple(replace(one, at_most=Decimal(0)) for one in program.bounds))
        conflict = conflict_of(tight)
        if conflict is None:
            continue
        found += 1
        nothing = np.zeros(len(tight.columns))
        assert replace(tight, bounds=conflict.bounds).solve(nothing) is None
        for bound in conflict.bounds:
            rest = tuple(one for one in conflict.bounds if one is not bound)
            assert replace(tight, bounds=rest).solve(nothing) is not None


def test_what_fits_is_no_conflict() -> None:
    program, _ = random_program(np.random.default_rng(1))
    assert conflict_of(replace(program, bounds=())) is None


def test_the_tail_is_the_mean_of_the_worst_draws() -> None:
    """One target, one level: the objective is the weight times the mean of the worst fifth, by sorting."""
    rng = np.random.default_rng(6)
    program, _ = random_program(rng, most=2)
    one = replace(program.candidates[0], levels=program.candidates[0].levels[:1])
    program = replace(program, candidates=(one,), bounds=(), vial_units=None)
    draws = rng.uniform(0, 1, (50, 1))
    choice = program.solve(np.zeros(1), tail=Tail(draws, 0.2, 0.5))
    assert choice is not None
    assert choice.objective == pytest.approx(0.5 * np.sort(draws[:, 0])[:10].mean(), abs=1e-5)


def test_a_demand_is_kept_and_an_impossible_one_has_no_answer() -> None:
    program, worth = random_program(np.random.default_rng(8))
    program = replace(program, bounds=())
    most = float(sum(program.units[program.owner == i].max() for i in range(len(program.candidates))))
    kept = program.solve(worth, [Row(program.units, most, np.inf)])
    assert kept is not None
    assert program.units[program.chosen(kept)].sum() == most
    assert program.solve(worth, [Row(program.units, most + 1, np.inf)]) is None


def test_the_same_question_has_the_same_answer() -> None:
    program, worth = random_program(np.random.default_rng(9))
    assert program.solve(worth) == program.solve(worth)
