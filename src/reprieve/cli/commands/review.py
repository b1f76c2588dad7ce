"""`reprieve review`: a clinic's own word on reference rows, its policy, and the report of overrides."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.app.documents import parse
from reprieve.app.reviews.overrides import override_report
from reprieve.app.reviews.policy import policy_of, set_policy
from reprieve.app.reviews.rows import RowToReview, review_list, review_row, review_rows, second_review, take_back_review
from reprieve.cli.output import print_json, print_table
from reprieve.cli.record import add_action, operator
from reprieve.core.dates import iso_date
from reprieve.core.documents import as_json, canonical
from reprieve.core.dose import exact
from reprieve.core.errors import InputError
from reprieve.record.clinic_bodies import ClinicPolicy
from reprieve.store.engine import Database

VERDICTS = {"confirm": "confirmed", "correct": "corrected", "withdraw": "withdrawn"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    rows = add_action(actions, "rows", "shipped rows, with the clinic's review beside each")
    rows.add_argument("text", nargs="*", help="words that must all occur")
    rows.add_argument("--product", metavar="P", help="of one product only")
    rows.add_argument("--unverified", action="store_true", help="only what neither source nor review verifies")
    add_action(actions, "list", "every review ever recorded, the newest first")
    for name, words in (
        ("confirm", "the shipped figure was read in the source"),
        ("correct", "the source says another figure"),
        ("withdraw", "the row does not hold here"),
    ):
        one = add_action(actions, name, words)
        one.add_argument("row", help="id of the row, from `review rows`")
        one.add_argument("--source", required=True, metavar="TEXT", help="what was read: document, version, page")
        one.add_argument("--by", required=True, metavar="NAME", help="who read it")
        one.add_argument("--from", dest="starts", metavar="DATE", help="first day on which it counts (today)")
        one.add_argument("--note", metavar="TEXT", help="remark")
        if name == "correct":
            one.add_argument("--value", required=True, metavar="X", help="the figure, in the unit of the row")
    second = add_action(actions, "second", "stand for a review as the second person")
    second.add_argument("review", help="id of the review, from `review list`")
    second.add_argument("--by", required=True, metavar="NAME", help="who stands for it")
    back = add_action(actions, "take-back", "the shipped row holds again")
    back.add_argument("review", help="id of the review")
    back.add_argument("--reason", required=True, metavar="TEXT", help="why")
    policy = add_action(actions, "policy", "show what the clinic decided for itself, or set it")
    policy.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="one setting; repeatable")
    policy.add_argument("--reason", metavar="TEXT", help="why; needed with --set")
    overrides = add_action(actions, "overrides", "every limit that was gone over, by whom and why")
    overrides.add_argument("--since", metavar="DATE", help="first day")
    overrides.add_argument("--until", metavar="DATE", help="last day")


def run(args: argparse.Namespace) -> int:
    """Open the record and act."""
    database = Database(args.db, create=False)
    try:
        answer = _answer(Clinic(database), args)
    finally:
        database.close()
    if args.json:
        print_json(answer)
    else:
        _print(args.action, answer)
    return 0


def _answer(store: Clinic, args: argparse.Namespace) -> Any:
    person = Person(DEFAULT_CLINIC, operator(), Role.ADMINISTRATOR)
    if args.action == "rows":
        text = " ".join(args.text)
        found = review_rows(store, DEFAULT_CLINIC, text=text, product=args.product, unverified=args.unverified)
        return {"rows": found}
    if args.action == "list":
        return {"rows": review_list(store, DEFAULT_CLINIC)}
    if args.action in VERDICTS:
        return review_row(store, person, _wish(args), reviewer=args.by.strip()).answer
    if args.action == "second":
        return second_review(store, person, args.review, second=args.by).answer
    if args.action == "take-back":
        return take_back_review(store, person, args.review, reason=args.reason).answer
    if args.action == "policy":
        return _policy(store, person, args)
    since = iso_date(args.since, "--since") if args.since else None
    until = iso_date(args.until, "--until") if args.until else None
    return override_report(store, DEFAULT_CLINIC, since=since, until=until)


def _wish(args: argparse.Namespace) -> RowToReview:
    return RowToReview(
        row_id=args.row,
        verdict=VERDICTS[args.action],  # type: ignore[arg-type]
        source=args.source,
        value=exact(args.value, "value") if args.action == "correct" else None,
        effective_from=iso_date(args.starts, "--from") if args.starts else None,
        note=args.note,
    )


def _policy(store: Clinic, person: Person, args: argparse.Namespace) -> dict[str, Any]:
    known = asdict(policy_of(store, DEFAULT_CLINIC))
    if args.set:
        told: set[str] = set()
        for entry in args.set:
            name, equals, value = entry.partition("=")
            if name not in known or not equals:
                raise InputError(
                    f"--set takes NAME=VALUE with one of {', '.join(known)}, but got {entry!r}; correct it"
                )
            if name in told:
                raise InputError(f"--set {name} is told twice; leave one of them out")
            told.add(name)
            known[name] = _setting(known[name], value)
        policy = parse(ClinicPolicy, canonical(known), "--set")
        set_policy(store, person, policy, reason=args.reason or "")
    return as_json(policy_of(store, DEFAULT_CLINIC))


def _setting(known: Any, value: str) -> Any:
    if isinstance(known, tuple):
        return [part for part in value.split(",") if part]
    if isinstance(known, bool):
        return {"yes": True, "true": True, "no": False, "false": False}.get(value, value)
    return int(value) if isinstance(known, int) and value.isdigit() else value


def _print(action: str, answer: Any) -> None:
    if action == "rows":
        print_table(
            [[row["id"], row["shown"], _trust(row), _reviewed(row["review"])] for row in answer["rows"]],
            ["row", "shipped", "source", "review"],
        )
    elif action == "list":
        print_table(
            [[row["review_id"], row["row_id"], _reviewed(row), row["state"], row["source"]] for row in answer["rows"]],
            ["review", "row", "what", "state", "source"],
        )
    elif action == "overrides":
        names = ("at", "by", "second_person", "patient_id", "rule", "subject", "reason")
        print_table([[row[name] for name in names] for row in answer["rows"]], [n.replace("_", " ") for n in names])
        print(f"{len(answer['rows'])} overrides in {answer['signed']} signed sessions")
    else:
        for name, value in answer.items():
            print(f"{name}: {', '.join(value) or 'none' if isinstance(value, list) else value}")


def _trust(row: dict[str, Any]) -> str:
    source = row["source"]
    return f"{source['key']} ({source['grade']}, {'checked' if source['checked'] else 'not checked'})"


def _reviewed(review: dict[str, Any] | None) -> str | None:
    if review is None:
        return None
    value = f" to {review['value']}" if review["value"] is not None else ""
    second = f" and {review['second']}" if review["second"] else ""
    return f"{review['verdict']}{value} by {review['by']}{second}, from {review['effective_from']}"
