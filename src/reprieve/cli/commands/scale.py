"""`reprieve scale score|show|list`: rating scales from their items."""

from __future__ import annotations

import argparse
from typing import Any

from reprieve.app.documents import read_json, read_text
from reprieve.app.scales import ScaleAnswer, score
from reprieve.cli.output import print_json, print_table
from reprieve.core.documents import as_json
from reprieve.core.errors import DocumentError
from reprieve.reference import scale, scales


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="score|show|list")
    scoring = actions.add_parser("score", help="score a scale from its items")
    scoring.add_argument("name", help="for example TWSTRS, tsui, cdip58")
    scoring.add_argument("items", nargs="?", metavar="ITEMS.json", help="an object of item ids and answers, or -")
    scoring.add_argument("--item", action="append", default=[], metavar="ID=VALUE", help="one answer; may be repeated")
    scoring.add_argument("--before", type=float, metavar="TOTAL", help="earlier total: judge the change")
    shown = actions.add_parser("show", help="items, ranges and formula of a scale")
    shown.add_argument("name")
    listed = actions.add_parser("list", help="all scales")
    for one in (scoring, shown, listed):
        one.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")


def run(args: argparse.Namespace) -> int:
    """Score, show or list."""
    if args.action == "score":
        answer = score(args.name, _items(args), before=args.before)
        _emit(args, {**as_json(answer.score), "change": answer.change}, lambda: _print_score(answer))
    elif args.action == "show":
        row = scale(args.name)
        _emit(args, row, lambda: _print_scale(args.name))
    else:
        _emit(args, {"scales": list(scales().values())}, _print_list)
    return 0


def _emit(args: argparse.Namespace, value: Any, text: Any) -> None:
    if args.json:
        print_json(value)
    else:
        text()


def _items(args: argparse.Namespace) -> dict[str, Any]:
    items: dict[str, Any] = {}
    if args.items is not None:
        items = _read(args.items)
    told: set[str] = set()
    for entry in args.item:
        name, equals, value = entry.partition("=")
        if not equals:
            raise DocumentError(f"--item must be ID=VALUE, but got {entry!r}; correct it")
        if name.strip() in told:
            raise DocumentError(f"--item {name.strip()} is told twice; leave one of them out")
        told.add(name.strip())
        items[name.strip()] = value.strip() or None
    return items


def _read(path: str) -> dict[str, Any]:
    where = "standard input" if path == "-" else path
    content = read_json(read_text(path), where)
    items = content.get("items", content) if isinstance(content, dict) else None
    if not isinstance(items, dict):
        raise DocumentError(f"{where}: must be an object of item ids and answers; correct it")
    for name, value in items.items():
        if isinstance(value, list | dict):
            raise DocumentError(f"{where}: {name} must be a number, a word or null; correct it")
    return items


def _print_score(answer: ScaleAnswer) -> None:
    result = answer.score
    print(f"{result.name} ({result.version}); higher is {result.higher_is}")
    rows: list[list[object]] = [[part.id, part.value, part.minimum, part.maximum] for part in result.subscales]
    total = result.profile if result.profile else result.total
    print_table(
        [*rows, ["profile" if result.profile else "total", total, result.minimum, result.maximum]],
        ["", "score", "min", "max"],
    )
    if result.reason:
        print(result.reason)
        if result.possible and result.total is None:
            print(f"The total lies between {result.possible[0]:g} and {result.possible[1]:g}, whatever is missing.")
    for note in result.conflicts:
        print(f"Note: {note}")
    if not result.checked:
        print(f"Not all of this scale was read in a source: {result.checked_parts or 'nothing was checked'}")
    if answer.change:
        print(f"Change {answer.change.change:+g} from {answer.change.before:g}:")
        for one in answer.change.judgements:
            print(f"  {one.statement} [{one.source}]")


def _print_scale(name: str) -> None:
    row = scale(name)
    print(f"{row.id}: {row.name} ({row.version}); rated by {row.rater}; higher is {row.higher_is}")
    print_table(
        [
            [
                item.id,
                item.label,
                " ".join(item.choices) or f"{item.minimum:g} to {item.maximum:g}" if item.scored else "date",
            ]
            for item in row.items
        ],
        ["item", "own label", "values"],
    )
    for part in row.subscales:
        print(f"{part.id} = {part.formula}  ({part.minimum:g} to {part.maximum:g})")
    print(f"total = {row.formula or 'no formula was read'}")
    print(f"checked: {'yes' if row.checked else 'no'}; {row.checked_parts or ''}")
    for source in row.sources:
        print(f"  {source}")


def _print_list() -> None:
    print_table(
        [
            [row.id, row.name, len(row.items) or None, "yes" if row.formula and row.complete else "no"]
            for row in scales().values()
        ],
        ["scale", "name", "items", "scored"],
    )
