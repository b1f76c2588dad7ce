"""`reprieve plan CHART.json`: proposals for the next session, inside the limits, with reasons."""

from __future__ import annotations

import argparse
from decimal import Decimal
from typing import Any

from reprieve.app.clock import now
from reprieve.app.documents import load
from reprieve.app.planning.goal import GOALS
from reprieve.app.planning.proposal import propose
from reprieve.app.simulation.for_planner import muscle_model
from reprieve.cli.output import print_json, print_table
from reprieve.core.dates import iso_date
from reprieve.core.dose import plain
from reprieve.record.chart import Chart
from reprieve.record.plan import Plan

ANSWERED, REFUSED = 0, 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("chart", metavar="CHART.json", help="chart document, or - for standard input")
    parser.add_argument("--product", help="nonproprietary name; the last session's unless told")
    parser.add_argument(
        "--goal", metavar="TEXT", help=f"a muscle with or without a side, one of {', '.join(GOALS)}, or own words"
    )
    parser.add_argument("--reasons", action="store_true", help="every reason of every dose, as text")
    parser.add_argument("--on", metavar="DATE", help="day of the session, YYYY-MM-DD (default today)")

    parser.add_argument(
        "--chain", action="store_true", help="let the muscle model of `reprieve simulate` say what a dose does (off)"
    )


def run(args: argparse.Namespace) -> int:
    """Propose and print; 1 when a rule or a conflict of limits leaves no proposal."""
    on = iso_date(args.on, "--on") if args.on else now().date()
    chart = load(Chart, args.chart)
    model = muscle_model(chart, args.product, on) if args.chain else None
    told = propose(chart, on=on, goal=args.goal, product=args.product, model=model)
    document = told.document()
    if args.json:
        print_json(document)
    else:
        _print(document, told.repeat_last, args.reasons)
    refused = not document["proposals"] and (document["withheld"] or document["conflict"])
    return REFUSED if refused else ANSWERED


def _print(document: dict[str, Any], repeat: Plan | None, all_reasons: bool) -> None:
    print(document["statement"])
    print(f"Parameters {document['parameters']['version']}: {document['parameters']['status']}.\n")
    for proposal in document["proposals"]:
        _print_proposal(proposal, all_reasons)
    if repeat is not None:
        total = sum((one.units for one in repeat.injections), Decimal(0))
        print(f"Repeat last: {plain(total)} units {repeat.product}.")
    for one in document["withheld"]:
        for finding in one["findings"]:
            if finding["severity"] == "error":
                print(f"Withheld ({one['title']}): {finding['message']}")
    if document["conflict"]:
        print("Nothing fits. These limits cannot be kept together:")
        for words in document["conflict"]["words"]:
            print(f"  {words}")
    for one in document["no_sourced_dose"]:
        print(one["statement"] + (f" or confirm {', '.join(one['rows_to_confirm'])}" if one["rows_to_confirm"] else ""))
    if document["product_switch"]:
        print(document["product_switch"]["statement"])
    for note in document["notes"]:
        print(f"Note: {note}")
    for ask in document["ask"]:
        print(f"{'Ask first' if ask['stops'] else 'Ask'}: {ask['ask']} {ask['why']}")


def _print_proposal(proposal: dict[str, Any], all_reasons: bool) -> None:
    effect, plan = proposal["expected_effect"], proposal["plan"]
    print(f"{proposal['title']} ({plan['product']}): expected relief {effect['relief']:.2f} "
          f"({effect['low']:.2f} to {effect['high']:.2f}), risk index {effect['risk']:.2f}")  # fmt: skip
    rows = [[one["muscle"], one["side"], one["units"], one["sites"]] for one in plan["injections"]]
    print_table(rows, ["muscle", "side", "units", "sites"])
    shown = None if all_reasons else ("session", "last_dose", "fixed_by")
    for reason in proposal["reasons"]:
        if shown is None or reason["kind"] in shown:
            print(f"  {reason['statement']}")
    for limit in proposal["binding_limits"]:
        print(f"  binds: {limit['words']}")
    for finding in proposal["findings"]:
        print(f"  {finding['severity']}: {finding['message']}")
        if finding["severity"] != "info" and finding["clears_if"]:
            print(f"    clears if: {finding['clears_if']}")
    print()
