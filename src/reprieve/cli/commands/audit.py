"""`reprieve audit verify`: go through the hash chain of a record."""

from __future__ import annotations

import argparse

from reprieve.app.record.audit import verification_of
from reprieve.cli.output import print_json
from reprieve.cli.record import add_db
from reprieve.core.errors import InputError


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("action", choices=["verify"], help="verify: find any change, gap, reordering or cut")
    add_db(parser)
    parser.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="NUMBER:HASH",
        help="a head from a printed sheet: number of the event and its hash or the first 8 signs of it; repeatable",
    )


def run(args: argparse.Namespace) -> int:
    """Verify and print; exit 1 when the chain does not hold."""
    found = verification_of(args.db, [_printed(text) for text in args.head])
    if args.json:
        print_json(found)
    else:
        print(f"{found['events']} events; head {found['head']}")
        for problem in found["problems"]:
            print(f"BROKEN at event {problem['number']}: {problem['what']}")
        for remark in found["remarks"]:
            print(f"  {remark}")
        print("The chain holds." if found["ok"] else "The chain does NOT hold.")
    return 0 if found["ok"] else 1


def _printed(text: str) -> tuple[int, str]:
    number, _, hashed = text.partition(":")
    if not number.isdigit() or not 8 <= len(hashed) <= 64 or any(sign not in "0123456789abcdef" for sign in hashed):
        raise InputError(
            f"--head takes NUMBER:HASH as on the sheet, such as 120:3fa94c01, but got {text!r}; correct it"
        )
    return int(number), hashed
