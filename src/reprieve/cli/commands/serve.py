"""`reprieve serve`: the web application."""

from __future__ import annotations

import argparse
import importlib
import sys

from reprieve.app.clock import ZONE, now
from reprieve.cli.output import print_json
from reprieve.cli.record import DEFAULT_DB, RECORDS
from reprieve.core.errors import InputError

DEMO_DB = "~/.local/share/reprieve/demo.db"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--demo", action="store_true", help="fill an empty record with a synthetic clinic")
    parser.add_argument(
        "--db",
        metavar="URL",
        help=f"{RECORDS}; by default {DEFAULT_DB} ({DEMO_DB} with --demo)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0 takes a free one (default 8000)")
    parser.add_argument("--tls-cert", metavar="FILE", help="certificate for https, with --tls-key")
    parser.add_argument("--tls-key", metavar="FILE", help="private key of the certificate")
    parser.add_argument(
        "--tls-own",
        metavar="FOLDER",
        help="https with certificates of the clinic's own authority, made and renewed in this folder",
    )
    parser.add_argument(
        "--public-url", metavar="URL", help="address by which browsers reach the server when a proxy stands before it"
    )
    parser.add_argument(
        "--identity-provider",
        metavar="FILE",
        help="JSON document of the clinic's OpenID Connect provider: issuer, client_id, secret_file, account_claim",
    )
    parser.add_argument(
        "--workers", type=int, default=1, help="processes that answer; more than one needs PostgreSQL (default 1)"
    )
    once = parser.add_mutually_exclusive_group()
    once.add_argument("--add-clinic", metavar="NAME", help="make a further clinic with its administrator, and stop")
    once.add_argument(
        "--reset-account",
        metavar="CLINIC/NAME",
        help="give an account a new password without second factor, and stop: for an administrator who is locked out",
    )


def run(args: argparse.Namespace) -> int:
    """Open the record, listen, serve until stopped."""
    if not 0 <= args.port <= 65535:
        raise InputError(f"--port must lie between 0 and 65535, but got {args.port}; choose another")
    now()  # refuses a zone that is none before anything is opened
    db = args.db or (DEMO_DB if args.demo else DEFAULT_DB)
    if args.add_clinic or args.reset_account:
        return _once(args, db)
    # The two faces do not know each other: the command finds the server by its name, as `main` finds the commands.
    server = importlib.import_module("reprieve.web.server")
    settings = server.Settings(
        db=db,
        host=args.host,
        port=args.port,
        demo=args.demo,
        tls_cert=args.tls_cert,
        tls_key=args.tls_key,
        own_ca=args.tls_own,
        public_url=args.public_url,
        identity_provider=args.identity_provider,
        workers=args.workers,
    )
    server.serve(settings, _tell_json if args.json else _tell)
    return 0


def _once(args: argparse.Namespace, db: str) -> int:
    from reprieve.app.record.first_run import on_record

    clinic, name, password = on_record(db, add=args.add_clinic, reset=args.reset_account)
    if args.json:
        print_json({"clinic": clinic, "name": name, "password": password})
    else:
        print(f"Account {name} of the clinic {clinic}, password {password}")
        print("It is shown this once; change it after signing in.")
    return 0


def _tell_json(told) -> None:  # type: ignore[no-untyped-def]
    print_json(told)
    sys.stdout.flush()  # whoever started the server reads its address while it runs


def _tell(told) -> None:  # type: ignore[no-untyped-def]
    print(f"Reprieve listens on {told.address} (stop with Ctrl-C); the record is {told.db}")
    print(f"The clinic's time is {now().isoformat(' ', 'minutes')}; {ZONE} names another zone")
    if told.demo:
        print("Demonstration: every patient is invented. Sign in as any of these:")
        for account in told.accounts:
            page = f"{told.address}phone" if account.role == "patient" else told.address
            print(f"  {account.name:<14} {account.password}   {page}")
    elif told.accounts:
        first = told.accounts[0]
        print(f"A first account was made: {first.name}, password {first.password}")
        print("It is shown this once; change it after signing in.")
    if told.authority:
        print(f"Install {told.authority} as a trusted authority on the clinic's devices; check its fingerprint there:")
        print(f"  SHA-256 {told.fingerprint}")
    print("Decision support for licensed clinicians. Not a medical device; not validated in patients.", flush=True)
