"""`reprieve serve`: the web application."""

from __future__ import annotations

import argparse
import importlib

from reprieve.cli.output import print_json
from reprieve.core.errors import InputError

DEFAULT_DB = "~/.local/share/reprieve/clinic.db"
DEMO_DB = "~/.local/share/reprieve/demo.db"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--demo", action="store_true", help="fill an empty record with a synthetic clinic")
    parser.add_argument(
        "--db",
        metavar="URL",
        help=f"file of the record, or postgresql+psycopg://...; by default {DEFAULT_DB} ({DEMO_DB} with --demo)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on; 0 takes a free one (default 8000)")
    parser.add_argument("--tls-cert", metavar="FILE", help="certificate for https, with --tls-key")
    parser.add_argument("--tls-key", metavar="FILE", help="private key of the certificate")


def run(args: argparse.Namespace) -> int:
    """Open the record, listen, serve until stopped."""
    if not 0 <= args.port <= 65535:
        raise InputError(f"--port must lie between 0 and 65535, but got {args.port}; choose another")
    # The two faces do not know each other: the command finds the server by its name, as `main` finds the commands.
    server = importlib.import_module("reprieve.web.server")
    settings = server.Settings(
        db=args.db or (DEMO_DB if args.demo else DEFAULT_DB),
        host=args.host,
        port=args.port,
        demo=args.demo,
        tls_cert=args.tls_cert,
        tls_key=args.tls_key,
    )
    server.serve(settings, _tell_json if args.json else _tell)
    return 0


def _tell_json(told) -> None:  # type: ignore[no-untyped-def]
    print_json(told)


def _tell(told) -> None:  # type: ignore[no-untyped-def]
    print(f"Reprieve listens on {told.address} (stop with Ctrl-C); the record is {told.db}")
    if told.demo:
        print("Demonstration: every patient is invented. Sign in as any of these:")
        for account in told.accounts:
            page = f"{told.address}phone" if account.role == "patient" else told.address
            print(f"  {account.name:<14} {account.password}   {page}")
    elif told.accounts:
        first = told.accounts[0]
        print(f"A first account was made: {first.name}, password {first.password}")
        print("It is shown this once; change it after signing in.")
    print("Decision support for licensed clinicians. Not a medical device; not validated in patients.", flush=True)
