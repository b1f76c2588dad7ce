"""`reprieve assess CHART.json`: the muscles by the probability that they take part."""

from __future__ import annotations

import argparse

from reprieve.app.assessment import MeasuredAngles, assess_chart
from reprieve.app.documents import load
from reprieve.assess import RankedMuscle, Ranking
from reprieve.assess.mechanics_evidence import MechanicalReading
from reprieve.cli.numbers import whole
from reprieve.cli.output import print_json, print_table
from reprieve.record.chart import Chart


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("chart", metavar="CHART.json", help="chart document, or - for standard input")
    parser.add_argument(
        "--angles",
        metavar="ANGLES.json",
        help="angles of an examination: {date, angles_deg: {motion: degrees}, side, orientations: {trunk, head, ...}}",
    )
    parser.add_argument("--top", type=whole(1), default=12, metavar="N", help="muscles to show as text (default 12)")


def run(args: argparse.Namespace) -> int:
    """Rank and print."""
    measured = load(MeasuredAngles, args.angles) if args.angles else None
    ranking = assess_chart(load(Chart, args.chart), measured=measured)
    if args.json:
        print_json(ranking)
    else:
        _print(ranking, args.top)
    return 0


def _print(ranking: Ranking, top: int) -> None:
    for one in ranking.postures:
        side = f", {one.side}" if one.side else ""
        print(
            f"Posture: {one.name}{side} ({one.certainty}, {one.date})"
            + ("" if one.used else "; side unknown, not used")
        )
    if not ranking.muscles:
        print("No ranking: the chart says nothing about any muscle.")
    else:
        print(f"Sides are the patient's. Interval {ranking.interval_level:.0%}.")
        print(f"Weights {ranking.weights_version}: {ranking.weights_status}.\n")
        shown = ranking.muscles[:top]
        print_table([_row(one) for one in shown], ["", "muscle", "side", "probability", "interval", "measure next"])
        print()
        for one in shown[:3]:
            print(f"{one.muscle} {one.side}: log-odds {one.log_odds:+.2f} =")
            for entry in one.evidence:
                print(f"  {entry.log_odds:+.2f}  {entry.statement}")
        if len(ranking.muscles) > len(shown):
            print(f"\n{len(ranking.muscles) - len(shown)} more with --top or --json.")
    for reading in ranking.mechanics:
        _print_mechanics(reading)
    for caution in ranking.cautions:
        print(f"Caution: {caution}")
    for question in ranking.ask:
        print(f"Ask: {question.ask} {question.why}")


def _print_mechanics(reading: MechanicalReading) -> None:
    where = reading.chain if reading.side is None else f"{reading.side} {reading.chain}"
    angles = ", ".join(f"{motion} {angle:g}" for motion, angle in reading.angles_deg.items())
    print(f"\nMechanics of the {where} ({angles} degrees): {reading.statement}.")
    for one in reading.sets:
        names = " + ".join(f"{target.muscle} {target.side}" for target in one.muscles) or "none pulls"
        print(f"  {one.probability:.2f}  {names}")
    for one in reading.disagreements:
        other = "the table does not put it first" if one.told_by == "mechanics" else "mechanics does not"
        print(
            f"  Differs: {one.muscle} {one.side} is first by {one.told_by} ({one.mechanics_probability:.2f}); {other}."
        )


def _row(one: RankedMuscle) -> list[object]:
    low, high = one.interval
    step = one.next_measurement
    told = f"{step.measurement} ({step.expected_bits:.2f} bit)" if step else None
    return [one.rank, one.muscle, one.side, f"{one.probability:.2f}", f"{low:.2f} to {high:.2f}", told]
