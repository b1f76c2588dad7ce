"""`reprieve dilute`: concentration and volume of a reconstituted vial."""

from __future__ import annotations

import argparse

from reprieve.app.dilution import Dilution, dilute
from reprieve.cli.output import print_json
from reprieve.core.dose import plain


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--product", required=True, metavar="P", help="nonproprietary name, onabotulinumtoxinA")
    parser.add_argument("--vial-units", required=True, metavar="N", help="labelled content of the vial")
    parser.add_argument("--diluent-ml", required=True, metavar="V", help="volume added, in mL; 0 for a ready solution")
    parser.add_argument("--dose-units", metavar="D", help="units to be drawn")
    parser.add_argument("--indication", metavar="I", help="condition it is for, cervical_dystonia")
    parser.add_argument("--jurisdiction", default="US", metavar="J", help="US, EU or UK (US)")


def run(args: argparse.Namespace) -> int:
    """Compute and print."""
    answer = dilute(
        args.product,
        vial_units=args.vial_units,
        diluent_ml=args.diluent_ml,
        dose_units=args.dose_units,
        indication=args.indication,
        jurisdiction=args.jurisdiction,
    )
    if args.json:
        print_json(answer.document())
    else:
        _print(answer)
    return 0


def _print(answer: Dilution) -> None:
    document = answer.document()
    vial = answer.preparation
    print(f"{answer.facts.product}: {plain(vial.vial.units)} units in {plain(vial.volume_ml)} mL")
    print(f"  {document['units_per_ml']} units per mL, {document['units_per_0_1_ml']} per 0.1 mL")
    if answer.label_units_per_0_1_ml is not None:
        print(f"  the label prints {plain(answer.label_units_per_0_1_ml)} units per 0.1 mL")
    if answer.dose is not None and answer.volume_ml is not None:
        print(f"  {plain(answer.dose.units)} units are {plain(answer.volume_ml)} mL (by {document['volume_by']})")
    for number, step in enumerate(answer.procedure, start=1):
        print(f"  {number}. {step}")
    if answer.use_within is not None:
        seen = "" if answer.use_within.source.checked else " (figure not verified)"
        print(f"  use within {plain(answer.use_within.hours)} hours, {answer.use_within.at}{seen}")
    for finding in answer.findings:
        print(f"{finding.severity.value}: {finding.message}")
    told = [f"{ref.key} ({ref.grade}, {'checked' if ref.checked else 'not checked'})" for ref in answer.sources]
    print("sources: " + "; ".join(told))
