"""`reprieve reference show|search|sources`: the rows behind every number."""

from __future__ import annotations

import argparse

from reprieve.app.reference import ShownRow, list_sources, search_reference, show_reference
from reprieve.cli.output import print_json, print_table


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="show|search|sources")
    shown = actions.add_parser("show", help="one row with source, grade and whether it was checked")
    shown.add_argument("id", help="muscle, posture, scale, product, indication, weight or source")
    search = actions.add_parser("search", help="search ids, names and words")
    search.add_argument("text", nargs="+")
    search.add_argument("--kind", help="only rows of one kind: muscle, posture, scale, ...")
    sources = actions.add_parser("sources", help="list the sources")
    sources.add_argument("text", nargs="*")
    sources.add_argument("--grade", help="only sources of one grade: label, paper, tertiary, none, ...")
    sources.add_argument("--catalogue", help="only sources of one table: anatomy, formulary, published, scales")
    for one in (shown, search, sources):
        one.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")


def run(args: argparse.Namespace) -> int:
    """Show, search or list."""
    if args.action == "show":
        found = show_reference(args.id)
        if args.json:
            print_json(found)
        else:
            _print_shown(found)
    elif args.action == "search":
        rows = search_reference(" ".join(args.text), kind=args.kind)
        if args.json:
            print_json({"rows": [{"kind": row.kind, "id": row.id, "name": row.name} for row in rows]})
        else:
            print_table([[row.kind, row.id, row.name] for row in rows], ["kind", "id", "name"])
            print(f"{len(rows)} found")
    else:
        entries = list_sources(" ".join(args.text), grade=args.grade, catalogue=args.catalogue)
        if args.json:
            print_json({"sources": entries})
        else:
            print_table(
                [
                    [one.key[:60], one.grade, one.read[:24], ", ".join(one.catalogues), one.citation[:70]]
                    for one in entries
                ],
                ["key", "grade", "read", "tables", "citation"],
            )
            print(f"{len(entries)} sources")
    return 0


def _print_shown(found: ShownRow) -> None:
    if found.source is not None:
        one = found.source
        print(f"source {one.key} [{one.grade}]\n{one.citation}\nread: {one.read}\ntables: {', '.join(one.catalogues)}")
        for label, value in (("licence", one.licence), ("where", one.where)):
            if value:
                print(f"{label}: {value}")
        return
    row = found.row
    assert row is not None
    print(f"{row.kind} {row.id}: {row.name}")
    words = {True: "checked", False: "NOT CHECKED", None: ""}
    cells = [
        [
            fact.field,
            fact.value + (f"  [{fact.note}]" if fact.note else ""),
            words[fact.checked],
            fact.grade,
            fact.source,
        ]
        for fact in row.facts
    ]
    print_table(
        [[text if len(text) <= 100 else text[:97] + "..." for text in line] for line in cells],
        ["field", "value", "", "grade", "source"],
    )
    for one in found.sources:
        print(f"  {one.key} [{one.grade}, read: {one.read}]: {one.citation}")
