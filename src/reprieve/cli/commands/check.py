"""`reprieve check PLAN.json`: every limit that applies, with its headroom, and what could not be checked."""

from __future__ import annotations

import argparse

from reprieve.app.check import check_plan
from reprieve.app.documents import load
from reprieve.cli.output import print_json, print_table
from reprieve.core.dose import plain
from reprieve.core.findings import Verdict
from reprieve.plan.safety import CheckReport, LimitCheck
from reprieve.record.plan import Plan
from reprieve.reference.reviews import Review


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("plan", metavar="PLAN.json", help="the plan document; - reads standard input")
    parser.add_argument(
        "--db", metavar="URL", help="record of the clinic whose confirmed, corrected and withdrawn rows count"
    )


def run(args: argparse.Namespace) -> int:
    """Check and print; a blocked plan exits with 1."""
    plan = load(Plan, args.plan)
    report = check_plan(plan, reviews=_reviews(args.db) if args.db else ())
    if args.json:
        print_json(report.document())
    else:
        _print(report)
    return 1 if report.verdict is Verdict.BLOCKED else 0


def _reviews(db: str) -> tuple[Review, ...]:
    # Loaded here: a check of a file alone needs no database.
    from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
    from reprieve.app.reviews.rows import reviews_of
    from reprieve.store.engine import Database

    database = Database(db, create=False)
    try:
        return reviews_of(Clinic(database), DEFAULT_CLINIC)
    finally:
        database.close()


def _print(report: CheckReport) -> None:
    totals = report.totals
    volume = "–" if totals.volume_ml is None else f"{plain(round(totals.volume_ml, 2))} mL"
    print(f"{report.verdict.value}: {plain(totals.units)} units {totals.product}, {totals.muscles} muscles, {volume}")
    for finding in report.findings:
        print(f"  {finding.severity.value:<8}{finding.rule}: {finding.message}")
        print(f"          clears if: {finding.clears_if}")
    print("\nlimits that applied")
    print_table(
        [_limit(limit) for limit in report.limits], ["subject", "limit of", "limit", "actual", "room", "source"]
    )
    if report.not_checked:
        print("\nnot checked")
        print_table(
            [[gap.subject, gap.rule, gap.missing, gap.needs] for gap in report.not_checked],
            ["subject", "rule", "missing", "needs"],
        )


def _limit(limit: LimitCheck) -> list[str | None]:
    source = limit.source
    seen = "verified" if limit.verified else "NOT verified"
    told = f"{source.key} ({source.grade}, {seen})" if source else limit.nature
    numbers = [
        None if number is None else f"{plain(round(number, 2))} {limit.unit}"
        for number in (limit.limit, limit.actual, limit.headroom)
    ]
    return [limit.subject, limit.scope[:60], *numbers, told]
