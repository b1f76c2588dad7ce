"""Mutation testing: change one thing in the code at a time, and see whether the tests notice.

    python tools/mutate.py src/reprieve/core --tests tests/core [--limit N] [--jobs N] [--json FILE] [--at-least 95]

Each mutant is compiled in memory and run in a forked process; no file is touched. The tests that reach the changed line
run first (found once, by coverage), then all the others, so a survivor has really passed every test given. Texts of
messages are left alone: what a message says is read by people, not by tests. Doctests of the package run too.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any

SOURCES = Path("src")
COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
# Keyword arguments whose value is words for a person.
WORDS = frozenset({"message", "clears_if", "note", "what", "words", "scope", "help", "metavar"})
SLOWEST_FACTOR, LEAST_SECONDS = 12.0, 20.0
# A loop without an end fills the memory long before its time is up, and the machine then ends whatever it likes.
LARGEST_BYTES = 4 * 2**30


@dataclass(frozen=True)
class Mutant:
    """One change: where, what, and which of the file's sites (its tree is made when it is run)."""

    file: Path
    line: int
    what: str
    site: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


# --- making mutants ---------------------------------------------------------------------------------------------------


class Sites(ast.NodeVisitor):
    """Collects the nodes that may be changed; skips annotations, decorators, docstrings, texts and `assert`."""

    def __init__(self) -> None:
        self.found: list[tuple[ast.AST, str, Callable[[Any], None]]] = []

    def add(self, node: ast.AST, what: str, change: Callable[[Any], None]) -> None:
        self.found.append((node, what, change))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for default in [*node.args.defaults, *(one for one in node.args.kw_defaults if one is not None)]:
            self.visit(default)
        self._body(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._body(node.body)

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node.body)

    def _body(self, body: list[ast.stmt]) -> None:
        for place, statement in enumerate(body):
            text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            if not (text and place == 0):
                self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            self.visit(node.value)

    def visit_Assert(self, node: ast.Assert) -> None:
        """An assertion says what cannot happen: no test can see it change."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Words for a person."""

    def visit_Raise(self, node: ast.Raise) -> None:
        self.add(node, "raise -> pass", lambda one: _become(one, ast.Pass()))

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg not in WORDS:
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self.add(node, "call -> pass", lambda one: _become(one, ast.Pass()))
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        value = node.value
        # False and None are alike to whoever asks; a flipped True or False is a mutant of its own.
        if value is not None and not (isinstance(value, ast.Constant) and value.value in (None, True, False)):
            self.add(node, "return None", lambda one: setattr(one, "value", ast.Constant(None)))
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for place, op in enumerate(node.ops):
            new = COMPARE[type(op)]
            self.add(node, f"{type(op).__name__} -> {new.__name__}", _set_op(place, new))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        new = ast.Or if isinstance(node.op, ast.And) else ast.And
        self.add(node, f"{type(node.op).__name__} -> {new.__name__}", lambda one: setattr(one, "op", new()))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub):
            self.add(node, f"{type(node.op).__name__} removed", lambda one: _become(one, one.operand))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._arithmetic(node)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._arithmetic(node)
        self.visit(node.value)

    def _arithmetic(self, node: ast.BinOp | ast.AugAssign) -> None:
        new = ARITHMETIC.get(type(node.op))
        if new is not None:
            self.add(node, f"{type(node.op).__name__} -> {new.__name__}", lambda one: setattr(one, "op", new()))

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        self.add(node, "if not ...", _negate)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.add(node, "... if not ...", _negate)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self.add(node, "while not ...", _negate)
        self.generic_visit(node)

    def visit_Break(self, node: ast.Break) -> None:
        self.add(node, "break -> continue", lambda one: _become(one, ast.Continue()))

    def visit_Continue(self, node: ast.Continue) -> None:
        self.add(node, "continue -> break", lambda one: _become(one, ast.Break()))

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in NAMES:
            new = NAMES[node.func.id]
            self.add(node, f"{node.func.id} -> {new}", lambda one: setattr(one.func, "id", new))
        if isinstance(node.func, ast.Name) and node.func.id in ("cast", "getattr", "TypeVar"):
            return
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not (isinstance(node.value, ast.Name) and node.value.id == "Literal"):  # a type, not a value
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value, new = node.value, None
        if isinstance(value, bool):
            new = not value
        elif isinstance(value, int | float):
            new = value + 1
        elif isinstance(value, str):
            new = str(int(value) + 1) if value.isdigit() else f"{value}1" if _number(value) else f"XX{value}"
        if new is not None:
            self.add(node, f"{value!r} -> {new!r}", lambda one: setattr(one, "value", new))


def _number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _set_op(place: int, new: type[ast.cmpop]) -> Callable[[Any], None]:
    return lambda one: one.ops.__setitem__(place, new())


def _negate(node: Any) -> None:
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _become(node: ast.AST, other: ast.AST) -> None:
    """Turn `node` into `other` where it stands."""
    place = {name: getattr(node, name) for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")}
    node.__class__ = other.__class__  # type: ignore[assignment]
    node.__dict__.clear()
    node.__dict__.update(other.__dict__ | place)


def sites_of(file: Path) -> tuple[ast.Module, list[tuple[ast.AST, str, Callable[[Any], None]]]]:
    """Return the tree of `file` and everything that may be changed in it."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    sites = Sites()
    sites.visit(tree)
    return tree, sites.found


def mutants_of(file: Path) -> list[Mutant]:
    """Return every mutant of `file`."""
    _, found = sites_of(file)
    return [Mutant(file, node.lineno, what, site) for site, (node, what, _) in enumerate(found)]  # type: ignore[attr-defined]


def mutated(mutant: Mutant) -> ast.Module:
    """Return the tree that has the change."""
    tree, found = sites_of(mutant.file)
    node, _, change = found[mutant.site]
    change(node)
    return ast.fix_missing_locations(tree)


# --- running them -----------------------------------------------------------------------------------------------------


class Finder(MetaPathFinder):
    """Gives the mutated code when its module is imported."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = module_name(mutant.file)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        code = compile(mutated(self.mutant), str(self.mutant.file), "exec")

        class Loader(SourceFileLoader):
            def get_code(self, fullname: str) -> Any:
                return code

        file = str(self.mutant.file.resolve())
        return spec_from_file_location(fullname, file, loader=Loader(fullname, file))


def module_name(file: Path) -> str:
    """Return the dotted name of a module below `src`."""
    parts = file.resolve().relative_to(SOURCES.resolve()).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def calm_hypothesis() -> None:
    """Make random tests repeatable, without a database and without shrinking what fails."""
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        "mutate",
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutate")


def pytest_code(arguments: list[str], plugins: list[Any] | None = None) -> int:
    """Run pytest here and return its exit code."""
    import pytest

    # Plain assertions: the hook that rewrites them would stand before the finder of the mutant.
    quiet = ["-q", "-x", "-p", "no:cacheprovider", "--tb=no", "--assert=plain"]
    return int(pytest.main([*quiet, *arguments], plugins=plugins))


class Watch:
    """Notes which test runs which line, and how long each takes."""

    def __init__(self, files: list[Path]) -> None:
        import coverage

        self.coverage = coverage.Coverage(data_file=None, config_file=False, include=[str(f.resolve()) for f in files])
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.coverage.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration

    def told(self, code: int) -> dict[str, Any]:
        data = self.coverage.get_data()
        lines = {
            str(Path(file).resolve()): {
                str(line): [context for context in contexts if context]
                for line, contexts in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        return {"code": code, "seconds": self.seconds, "lines": lines}


def baseline(files: list[Path], tests: list[str]) -> dict[str, Any]:
    """Run all tests on the unchanged code, in a process of its own, and return what `Watch` saw."""
    handle, name = tempfile.mkstemp(suffix=".json")
    os.close(handle)
    child = os.fork()
    if child == 0:
        _be_quiet()
        calm_hypothesis()
        watch = Watch(files)
        watch.coverage.start()
        code = pytest_code(tests, [watch])
        watch.coverage.stop()
        Path(name).write_text(json.dumps(watch.told(code)), encoding="utf-8")
        os._exit(0)
    os.waitpid(child, 0)
    text = Path(name).read_text(encoding="utf-8")
    os.unlink(name)
    if not text:
        raise SystemExit("the tests could not be run on the unchanged code")
    return json.loads(text)


def _be_quiet() -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def start(mutant: Mutant, rounds: list[list[str]]) -> int:
    """Fork a process that runs the rounds of tests on `mutant`; its exit code is 0 when every test passed."""
    child = os.fork()
    if child:
        return child
    os.setpgid(0, 0)
    _be_quiet()
    resource.setrlimit(resource.RLIMIT_DATA, (LARGEST_BYTES, LARGEST_BYTES))
    try:
        calm_hypothesis()
        sys.meta_path.insert(0, Finder(mutant))
        code = 0
        for chosen in rounds:
            code = code or pytest_code(chosen)
    except BaseException:
        code = 1
    os._exit(0 if code in (0, 5) else 1)


def rounds_for(mutant: Mutant, seen: dict[str, Any], tests: list[str], reach_only: bool) -> list[list[str]]:
    """Return the tests that reach the line, the quick ones first, then all (unless only those are asked for)."""
    lines = seen["lines"].get(str(mutant.file.resolve()), {})
    reach = lines.get(str(mutant.line), [])
    first = sorted(reach, key=lambda test: seen["seconds"].get(test, 0.0))
    return [first] if first and reach_only else [first, tests] if first else [tests]


def limit_of(rounds: list[list[str]], seen: dict[str, Any]) -> float:
    """Return the seconds that the rounds of one mutant may take; tests that it never runs are not waited for."""
    every = sum(seen["seconds"].values())
    took = (sum(seen["seconds"].get(test, every) for test in chosen) for chosen in rounds)
    return max(LEAST_SECONDS, SLOWEST_FACTOR * sum(took))


def run(
    mutants: list[Mutant], seen: dict[str, Any], tests: list[str], jobs: int, reach_only: bool
) -> list[tuple[Mutant, str]]:
    """Run all mutants, `jobs` at a time; return each with ``killed``, ``slow`` or ``survived``."""
    waiting, running = list(reversed(mutants)), {}
    results: list[tuple[Mutant, str]] = []
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            rounds = rounds_for(mutant, seen, tests, reach_only)
            running[start(mutant, rounds)] = (mutant, time.monotonic() + limit_of(rounds, seen))
        time.sleep(0.02)
        for child, (mutant, ends) in list(running.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            late = time.monotonic() > ends
            if not done and not late:
                continue
            if not done:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
            del running[child]
            fate = "slow" if not done else "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
            results.append((mutant, fate))
            if fate == "survived":
                print(f"survived  {mutant}", flush=True)
            if sys.stderr.isatty() or len(results) % 50 == 0:
                print(f"\r{len(results)} of {len(mutants)} mutants", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return results


def chosen_of(mutants: list[Mutant], limit: int | None) -> list[Mutant]:
    """Return at most `limit` mutants, spread evenly over all."""
    if limit is None or limit >= len(mutants):
        return mutants
    return [mutants[place * len(mutants) // limit] for place in range(limit)]


def main() -> int:
    """Read the arguments, run, print the score."""
    parser = argparse.ArgumentParser(description="Mutation testing of a package.")
    parser.add_argument("package", nargs="+", type=Path, help="folder or file below src")
    parser.add_argument("--tests", nargs="+", required=True, help="test files or folders")
    parser.add_argument("--limit", type=int, help="so many mutants only, spread evenly")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time (2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every mutant and its fate")
    parser.add_argument("--at-least", type=float, default=0.0, metavar="PERCENT", help="exit 1 below this score")
    parser.add_argument(
        "--reach-only",
        action="store_true",
        help="do not try a survivor on the tests that never reach its line: quicker, and the score can only be too low",
    )
    parser.add_argument("--list", action="store_true", help="count the mutants and run nothing")
    args = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    files = sorted(file for entry in args.package for file in ([entry] if entry.is_file() else entry.rglob("*.py")))
    every = [mutant for file in files for mutant in mutants_of(file)]
    chosen = chosen_of(every, args.limit)
    print(f"{len(files)} files, {len(every)} mutants, {len(chosen)} to run", flush=True)
    if args.list:
        return 0
    import hypothesis  # noqa: F401  imported before the forks, so that each mutant starts with it
    import pytest  # noqa: F401

    tests = [*args.tests, *map(str, files)]
    seen = baseline(files, tests)
    if seen["code"] != 0:
        raise SystemExit(f"the tests fail on the unchanged code (pytest exit {seen['code']}); nothing was measured")
    results = run(chosen, seen, tests, args.jobs, args.reach_only)
    return _told(results, args)


def _told(results: list[tuple[Mutant, str]], args: argparse.Namespace) -> int:
    counts = {fate: sum(one == fate for _, one in results) for fate in ("killed", "slow", "survived")}
    noticed = counts["killed"] + counts["slow"]
    score = 100 * noticed / max(1, len(results))
    print(
        f"{len(results)} mutants: {counts['killed']} killed, {counts['slow']} never ended, "
        f"{counts['survived']} survived; score {score:.1f} %"
    )
    if args.json:
        rows = [{"mutant": str(mutant), "fate": fate} for mutant, fate in results]
        args.json.write_text(json.dumps({"score": score, **counts, "mutants": rows}, indent=1), encoding="utf-8")
    return 0 if score >= args.at_least else 1


if __name__ == "__main__":
    raise SystemExit(main())
