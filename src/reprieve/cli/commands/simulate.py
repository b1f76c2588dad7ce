"""`reprieve simulate PLAN.json`: block and force over time."""

from __future__ import annotations

import argparse

from reprieve.app.documents import load
from reprieve.app.simulation.field import spread_in_neck
from reprieve.app.simulation.of_plan import NOTE, Simulation, simulate_plan
from reprieve.app.simulation.what_if import WORDS, compare_plans, rank_influences
from reprieve.cli.numbers import whole
from reprieve.cli.output import print_json, print_table
from reprieve.record.plan import Plan


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("plan", metavar="PLAN.json", help="a plan document; - reads standard input")
    parser.add_argument("--days", type=int, default=180, metavar="N", help="days after the injection (180)")
    parser.add_argument("--draws", type=int, default=100, metavar="N", help="draws of the parameters (100)")
    parser.add_argument("--seed", type=whole(0), default=0, metavar="N", help="seed of the draws (0)")
    parser.add_argument(
        "--grid", type=float, metavar="MM", help="instead: where the units end up in the neck, on a grid of this edge"
    )
    parser.add_argument(
        "--grid-draws", type=int, default=0, metavar="N", help="with --grid: draws of the parameters (0)"
    )

    parser.add_argument(
        "--what-if",
        action="append",
        default=[],
        metavar="[MUSCLE[/SIDE]:]WHAT=NUMBER",
        help="instead: the plan beside one change, again for each: " + ", ".join(WORDS),
    )
    parser.add_argument(
        "--against", action="append", default=[], metavar="OTHER.json", help="instead: the plan beside another one"
    )
    parser.add_argument(
        "--sensitivity", action="store_true", help="instead: which assumption moves the answer most (400 draws or more)"
    )


def run(args: argparse.Namespace) -> int:
    """Simulate and print."""
    if args.grid is not None:
        return _run_grid(args)
    if args.what_if or args.against:
        return _run_comparison(args)
    if args.sensitivity:
        return _run_sensitivity(args)
    answer = simulate_plan(load(Plan, args.plan), days=args.days, draws=args.draws, seed=args.seed)
    if args.json:
        print_json(answer)
    else:
        _print(answer)
    return 0


def _run_grid(args: argparse.Namespace) -> int:
    answer = spread_in_neck(load(Plan, args.plan), edge_mm=args.grid, draws=args.grid_draws, seed=args.seed)
    if args.json:
        print_json(answer)
        return 0
    print(f"{answer.product}: {answer.given_units:g} units given in the neck, grid of {answer.edge_mm:g} mm. {NOTE}\n")
    rows = [
        (
            a.structure,
            "yes" if a.injected else "no",
            f"{a.units:.2f}",
            None if a.q025 is None else f"{a.q025:.2f} to {a.q975:.2f}",
            f"{a.mean_units_per_ml:.2f}",
        )
        for a in answer.structures
        if a.units >= 0.005
    ]
    print_table(rows, ("structure", "injected", "units bound", "band", "mean units per mL"))
    print(f"\nbetween the named structures: {answer.elsewhere_units:.2f} units")
    print("assumed: " + "; ".join(answer.assumptions))
    return 0


def _run_comparison(args: argparse.Namespace) -> int:
    others = [(name, load(Plan, name)) for name in args.against]
    plan = load(Plan, args.plan)
    told = compare_plans(plan, changes=args.what_if, others=others, days=args.days, draws=args.draws, seed=args.seed)
    if args.json:
        print_json(told)
        return 0
    print(told.note + "\n")
    rows = [
        (case.name, m.muscle, m.side, f"{m.peak_block:.0%}", m.peak_day, m.weak_days, m.half_return_day)
        for case in told.cases
        for m in case.muscles
    ]
    print_table(rows, ("plan", "muscle", "side", "peak block", "on day", "days below half", "half of it back"))
    risks = [
        (case.name, risk.name, risk.kind, "not told" if risk.value is None else f"{risk.value:.1%}")
        for case in told.cases
        for risk in case.risks
    ]
    if risks:
        print()
        print_table(risks, ("plan", "structure or effect", "figure", "value"))
    for case in told.cases:
        for missing in case.not_simulated:
            print(f"not simulated: {case.name}: {missing.muscle}: {missing.reason}")
    return 0


def _run_sensitivity(args: argparse.Namespace) -> int:
    told = rank_influences(load(Plan, args.plan), days=args.days, draws=max(args.draws, 400), seed=args.seed)
    if args.json:
        print_json({"influences": told})
        return 0
    print_table(
        [(one.outcome, one.parameter, f"{one.correlation:+.2f}", f"{one.share:.0%}") for one in told],
        ("outcome", "assumption", "rank correlation", "share"),
    )
    return 0


def _print(answer: Simulation) -> None:
    print(f"{answer.product}, model {answer.model}. {answer.note}\n")
    if answer.muscles:
        rows = [
            (m.muscle, m.side, m.units, f"{m.peak_block:.0%}", m.peak_day, m.half_return_day) for m in answer.muscles
        ]
        print_table(rows, ("muscle", "side", "units", "peak block", "on day", "half of it back on day"))
    for title, reached in (("structures at risk", answer.spread), ("muscles beside", answer.neighbours)):
        if reached:
            print(f"\nlargest block in {title} (95 % band of the draws; places not verified)")
            print_table(
                [
                    (r.structure, r.side, f"{r.peak_block:.1%}", f"{r.q025:.1%} to {r.q975:.1%}", r.effect)
                    for r in reached
                ],
                ("structure", "side", "block", "band", "effect"),
            )
    if answer.joints:
        print("\nposture that the injected muscles would hold, and what is left when they are weakest (a direction)")
        print_table(
            [
                (j.motion, j.side, f"{j.before_deg:g}", f"{j.after_deg:g}", f"{j.q025:g} to {j.q975:g}", j.day)
                for j in answer.joints
            ],
            ("motion", "side", "degrees before", "then", "band", "on day"),
        )
    if answer.side_effects:
        print("\nchance of side effects (wide: one published frequency each, carried over by the model)")
        print_table(
            [
                (
                    s.effect,
                    "not told" if s.probability is None else f"{s.probability:.1%}",
                    None if s.q025 is None else f"{s.q025:.1%} to {s.q975:.1%}",
                    s.anchor,
                )
                for s in answer.side_effects
            ],
            ("side effect", "chance", "band", "from"),
        )
    print(
        f"\nonset alone ({answer.onset.model}): half of the tension gone after {answer.onset.days_to_half} days, "
        f"nine tenths after {answer.onset.days_to_tenth} days"
    )
    for missing in answer.not_simulated:
        print(f"not simulated: {missing.muscle}: {missing.reason}")
    print("assumed: " + "; ".join(answer.assumptions))
