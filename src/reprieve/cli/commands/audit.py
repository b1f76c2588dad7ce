"""`reprieve audit`: verify the hash chain of a record and the tables beside it; make the views anew."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from reprieve.app.record.audit import EVENTS, rebuild_of, verification_of
from reprieve.cli.output import print_json
from reprieve.cli.record import add_db
from reprieve.core.errors import InputError, TamperedError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "action",
        choices=["verify", "rebuild"],
        help="verify: find any change, gap, reordering or cut, and any table that says what no event says. "
        "rebuild: make the lists beside the events anew from them",
    )
    add_db(parser)
    parser.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="NUMBER:HASH",
        help="a head from a printed sheet: number of the event and its hash or the first 8 signs of it; repeatable",
    )


def run(args: argparse.Namespace) -> int:
    """Verify and print; exit 1 when the chain does not hold, or a table does not follow from it."""
    heads = [_printed(text) for text in args.head]
    if args.action == "rebuild":
        if heads:
            raise InputError("--head belongs to `audit verify`; run that first")
        try:
            found = rebuild_of(args.db)
        except TamperedError as error:
            sys.stderr.write(f"reprieve audit rebuild: {error}\n")
            return 1
    else:
        found = verification_of(args.db, heads)
    if args.json:
        print_json(found)
    else:
        _print(found)
    return 0 if found["ok"] else 1


def _print(found: dict[str, Any]) -> None:
    if "patients" in found:
        print(f"The lists of {found['patients']} patients were made anew.")
    print(f"{found['events']} events; head {found['head']}")
    for problem in found["problems"]:
        place = f"at event {problem['number']}" if problem["table"] == EVENTS else f"in table {problem['table']}"
        print(f"BROKEN {place}: {problem['what']}")
    for remark in found["remarks"]:
        print(f"  {remark}")
    if found["ok"]:
        print("The chain holds, and the tables beside it follow from it.")
    elif found["chain"]:
        print(
            "The chain holds, but a table beside it does NOT follow from it; `reprieve audit rebuild` mends the lists."
        )
    else:
        print("The chain does NOT hold.")


def _printed(text: str) -> tuple[int, str]:
    number, _, hashed = text.partition(":")
    if not number.isdigit() or not 8 <= len(hashed) <= 64 or any(sign not in "0123456789abcdef" for sign in hashed):
        raise InputError(
            f"--head takes NUMBER:HASH as on the sheet, such as 120:3fa94c01, but got {text!r}; correct it"
        )
    return int(number), hashed
