"""`reprieve cite PLAN.json`: the documents and rows behind every number of a check."""

from __future__ import annotations

import argparse

from reprieve.app.citation import cite
from reprieve.app.documents import load
from reprieve.cli.output import print_json, print_table
from reprieve.record.plan import Plan


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("plan", metavar="PLAN.json", help="the plan document; - reads standard input")


def run(args: argparse.Namespace) -> int:
    """Collect and print."""
    found = cite(load(Plan, args.plan))
    if args.json:
        print_json(found.document())
        return 0
    print(f"{found.product} for {found.indication.replace('_', ' ')}; reference data compiled on {found.compiled_on}")
    for one in found.citations:
        seen = "checked" if one.checked else "NOT checked"
        print(f"\n{one.key} [{one.grade}, {seen}, read: {one.read}]")
        print(f"  {one.citation}\n  used by: {', '.join(one.used_by)}")
    print()
    print_table([[row["id"], row["figure"]] for row in found.rows], ["row", "figure"])
    return 0
