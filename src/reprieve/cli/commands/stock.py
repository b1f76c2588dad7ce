"""`reprieve stock`: the vial ledger of a record."""

from __future__ import annotations

import argparse
from datetime import date, datetime, time
from typing import Any

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.app.reviews.policy import policy_of
from reprieve.app.stock.changes import (
    VialsToReceive,
    VialToOpen,
    VialToWaste,
    close_day,
    open_vial,
    receive_vials,
    waste_vial,
)
from reprieve.app.stock.views import offer_vials, plan_day, stock_balances, stock_rows
from reprieve.cli.output import print_json, print_table
from reprieve.cli.record import add_action, operator
from reprieve.core.dates import iso_date
from reprieve.core.documents import as_json
from reprieve.core.dose import Dose, exact
from reprieve.core.errors import InputError
from reprieve.deliver.day_choice import DayDose
from reprieve.deliver.ledger_entries import WasteReason
from reprieve.store.engine import Database

REASONS = tuple(reason.value for reason in WasteReason)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add_action(actions, "list", "vials in the house, what expires first on top").add_argument(
        "--empty", action="store_true", help="empty vials too"
    )
    add_action(actions, "balance", "received, used, wasted and on hand, by product and lot")
    receive = add_action(actions, "receive", "take vials into stock")
    receive.add_argument("--product", required=True, metavar="P", help="nonproprietary name")
    receive.add_argument("--units", required=True, metavar="N", help="labelled content of one vial")
    receive.add_argument("--lot", metavar="L", help="lot as printed")
    receive.add_argument("--expires", metavar="DATE", help="last day of use")
    receive.add_argument("--count", type=int, default=1, metavar="K", help="how many alike (1)")
    receive.add_argument("--carton", metavar="CODE", help="scanned code; fills in lot, expiry and serial number")
    opened = add_action(actions, "open", "open and make up a vial ahead of a session")
    opened.add_argument("vial", help="name of the vial, from `stock list`")
    opened.add_argument("--patient", required=True, metavar="ID", help="for whom")
    opened.add_argument("--diluent-ml", required=True, metavar="V", help="volume added, in mL")
    waste = add_action(actions, "waste", "throw away what is left of a vial")
    waste.add_argument("vial", help="name of the vial")
    waste.add_argument("--reason", required=True, choices=REASONS, help="why")
    waste.add_argument("--units", metavar="N", help="a part of it; all that is left by default")
    add_action(actions, "close", "throw away what is left in every open vial, at the end of the day")
    offer = add_action(actions, "offer", "which vials may be chosen for a patient now, and which waste least")
    offer.add_argument("--product", required=True, metavar="P", help="nonproprietary name")
    offer.add_argument("--units", required=True, metavar="N", help="units of the whole session")
    offer.add_argument("--patient", required=True, metavar="ID", help="for whom")
    day = add_action(actions, "day", "vials of a clinic day for least waste")
    day.add_argument("--product", required=True, metavar="P", help="nonproprietary name")
    day.add_argument(
        "--dose", action="append", required=True, metavar="ID=UNITS@HH:MM", help="one patient of the day; repeatable"
    )
    day.add_argument("--date", metavar="DATE", help="the day (today)")


def run(args: argparse.Namespace) -> int:
    """Open the record and act."""
    database = Database(args.db, create=False)
    try:
        return ACTIONS[args.action](Clinic(database), args)
    finally:
        database.close()


def _person() -> Person:
    # Whoever can open the file of the record is its administrator; the name tells who it was.
    return Person(DEFAULT_CLINIC, operator(), Role.ADMINISTRATOR)


def _list(store: Clinic, args: argparse.Namespace) -> int:
    rows = stock_rows(store, DEFAULT_CLINIC, empty=args.empty)
    if args.json:
        print_json({"rows": rows, "balances": stock_balances(store, DEFAULT_CLINIC)})
    else:
        shown = ("vial_id", "product", "units", "left", "expires", "state", "hours_since_opened")
        print_table(
            [[*(row[name] for name in shown), "; ".join(f["rule"] for f in row["findings"])] for row in rows],
            ["vial", "product", "units", "left", "expires", "state", "hours open", "findings"],
        )
    return 0


def _balance(store: Clinic, args: argparse.Namespace) -> int:
    rows = stock_balances(store, DEFAULT_CLINIC, by_lot=True)
    if args.json:
        print_json({"rows": rows})
    else:
        names = ("product", "lot", "received", "used", "wasted", "on_hand", "difference")
        print_table([[row[name] for name in names] for row in rows], [name.replace("_", " ") for name in names])
    return 0 if all(row["difference"] == "0" for row in rows) else 1


def _receive(store: Clinic, args: argparse.Namespace) -> int:
    wish = VialsToReceive(
        product=args.product,
        units=exact(args.units),
        lot=args.lot,
        expires=iso_date(args.expires, "expires") if args.expires else None,
        count=args.count,
        carton=args.carton,
    )
    return _done(args, receive_vials(store, _person(), wish).answer)


def _open(store: Clinic, args: argparse.Namespace) -> int:
    wish = VialToOpen(patient_id=args.patient, diluent_ml=exact(args.diluent_ml, "diluent_ml"))
    return _done(args, open_vial(store, _person(), args.vial, wish).answer)


def _waste(store: Clinic, args: argparse.Namespace) -> int:
    units = None if args.units is None else exact(args.units)
    wish = VialToWaste(reason=WasteReason(args.reason), units=units)
    return _done(args, waste_vial(store, _person(), args.vial, wish).answer)


def _close(store: Clinic, args: argparse.Namespace) -> int:
    return _done(args, close_day(store, _person()).answer)


def _offer(store: Clinic, args: argparse.Namespace) -> int:
    share = policy_of(store, DEFAULT_CLINIC).vials_shared
    told = offer_vials(store, DEFAULT_CLINIC, args.patient, args.product, exact(args.units), may_share=share)
    document = told.document()
    if args.json:
        print_json(document)
    else:
        for row in document["vials"]:
            mark = "take" if row["vial_id"] in document["take"] else "    " if row["selectable"] else "STOP"
            why = "; ".join(finding["message"] for finding in row["findings"])
            print(f"{mark}  {row['vial_id']}  {row['left']} units left, expires {row['expires']}  {why}".rstrip())
        print(document["why_not"] or f"waste {document['waste']} units")
    return 0 if told.least is not None else 1


def _day(store: Clinic, args: argparse.Namespace) -> int:
    day = iso_date(args.date) if args.date else store.today()
    doses = tuple(_dose(text, args.product, day, store.clock()) for text in args.dose)
    share = policy_of(store, DEFAULT_CLINIC).vials_shared
    plan, findings = plan_day(store, DEFAULT_CLINIC, args.product, doses, may_share=share)
    if args.json:
        print_json({**as_json(plan), "vials": plan.vials, "findings": as_json(findings)})
    else:
        for opening in plan.openings:
            print(f"{opening.at:%H:%M}  open {opening.count} x {opening.units:f} units for {opening.patient}")
        for one in plan.shares:
            if one.opened_for != one.patient:
                print(f"       {one.patient}: {one.dose.units:f} units from the vials of {one.opened_for}")
        print(f"waste {plan.waste.units:f} units of {args.product}, {plan.vials} vials")
        for finding in findings:
            print(f"{finding.severity.value}: {finding.message}")
    return 0


def _dose(text: str, product: str, day: date, now: datetime) -> DayDose:
    patient, _, rest = text.rpartition("=")
    units, _, clock = rest.partition("@")
    try:
        at = datetime.combine(day, time.fromisoformat(clock), now.tzinfo)
        units_read = exact(units)
    except (ValueError, ArithmeticError):
        at, units_read = None, None
    if not patient or at is None or units_read is None:
        raise InputError(f"--dose takes ID=UNITS@HH:MM, such as p1=62.5@09:30, but got {text!r}; correct it")
    return DayDose(patient=patient, dose=Dose(units_read, product), at=at)


def _done(args: argparse.Namespace, answer: dict[str, Any]) -> int:
    if args.json:
        print_json(answer)
    else:
        print(
            "; ".join(f"{name}: {', '.join(told) if isinstance(told, list) else told}" for name, told in answer.items())
        )
    return 0


ACTIONS = {
    "list": _list,
    "balance": _balance,
    "receive": _receive,
    "open": _open,
    "waste": _waste,
    "close": _close,
    "offer": _offer,
    "day": _day,
}
