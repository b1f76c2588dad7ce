"""`reprieve retention`: how long the clinic keeps who somebody was, who is due, and erasing who is due."""

from __future__ import annotations

import argparse

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.app.record.retention import (
    MOST_DAYS_AHEAD,
    all_due,
    erase_due,
    hold,
    retention_of,
    set_retention,
)
from reprieve.cli.output import print_json, print_table
from reprieve.cli.record import add_action, operator
from reprieve.core.documents import as_json
from reprieve.core.errors import InputError
from reprieve.record.clinic_bodies import RetentionRule
from reprieve.store.engine import Database


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="action", required=True)
    for name, words in (
        ("show", "the rule as it is"),
        ("set", "set the rule; nothing is erased by it"),
        ("due", "who is due by the rule"),
        ("hold", "keep somebody's record although the rule is over"),
        ("release", "hold it back no longer"),
        ("erase", "erase who is due: who they were goes, what was given stays under a pseudonym"),
    ):
        action = add_action(actions, name, words)
        action.add_argument(
            "--clinic", metavar="NAME", default=DEFAULT_CLINIC, help="the clinic, where there are several"
        )
        if name == "set":
            action.add_argument("--years", type=int, help="years after the last contact; without it everything is kept")
            action.add_argument(
                "--child-until-age", type=int, metavar="AGE", help="keep at least until the patient has this age"
            )
        if name == "due":
            action.add_argument("--ahead", type=int, default=0, metavar="DAYS", help="also who will be due by then")
        if name in ("hold", "release"):
            action.add_argument("--patient", required=True, metavar="ID", help="whose record")
        if name == "erase":
            action.add_argument("--patient", action="append", default=[], metavar="ID", help="who; repeatable")
            action.add_argument("--all", action="store_true", help="everybody on the list of `due` without a remark")
        if name in ("set", "erase", "hold", "release"):
            action.add_argument("--reason", required=True, help="why; it stays in the record")


def run(args: argparse.Namespace) -> int:
    """Do the one action on the record."""
    database = Database(args.db, create=False)
    try:
        store = Clinic(database)
        person = Person(args.clinic, operator(), Role.ADMINISTRATOR)
        return {
            "show": _show,
            "set": _set,
            "due": _due,
            "hold": _hold,
            "release": _hold,
            "erase": _erase,
        }[args.action](args, store, person)
    finally:
        database.close()


def _show(args: argparse.Namespace, store: Clinic, person: Person) -> int:
    rule = retention_of(store, person.clinic)
    if args.json:
        print_json(as_json(rule))
    elif rule.years is None:
        print("No rule: everything is kept.")
    else:
        child = f", at least until the age of {rule.child_until_age}" if rule.child_until_age else ""
        print(f"Kept for {rule.years} years after the last contact{child}.")
    return 0


def _set(args: argparse.Namespace, store: Clinic, person: Person) -> int:
    rule = RetentionRule(years=args.years, child_until_age=args.child_until_age)
    set_retention(store, person, rule, reason=args.reason)
    return _show(args, store, person)


def _due(args: argparse.Namespace, store: Clinic, person: Person) -> int:
    if not 0 <= args.ahead <= MOST_DAYS_AHEAD:
        raise InputError(f"--ahead takes 0 to {MOST_DAYS_AHEAD} days, but got {args.ahead}; correct it")
    rows = list(all_due(store, person.clinic, ahead_days=args.ahead))
    store.tell_reading(person, None, "retention list")
    if args.json:
        print_json({"rows": as_json(rows)})
    elif not rows:
        print("Nobody is due.")
    else:
        told = [[row.patient_id, row.last_contact, row.due, row.remark or ""] for row in rows]
        print_table(told, ["patient", "last contact", "due", "remark"])
    return 0


def _hold(args: argparse.Namespace, store: Clinic, person: Person) -> int:
    held = args.action == "hold"
    done = hold(store, person, args.patient, held=held, reason=args.reason).answer
    if args.json:
        print_json(as_json(done))
    else:
        print(f"{args.patient}: {'held, and left out of erasing by the rule' if held else 'held no longer'}.")
    return 0


def _erase(args: argparse.Namespace, store: Clinic, person: Person) -> int:
    if bool(args.patient) == args.all:
        raise InputError("give --patient ID for each, or --all")
    wanted = args.patient or [row.patient_id for row in all_due(store, person.clinic) if row.remark is None]
    done = [erase_due(store, person, patient, reason=args.reason).answer for patient in wanted]
    if args.json:
        print_json({"rows": as_json(done)})
    else:
        for row in done:
            print(f"{row['patient_id']}: erased, now {row['pseudonym']}")
        print(f"{len(done)} erased. Older backups hold what was erased: delete them by your own rule.")
    return 0
