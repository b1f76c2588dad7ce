"""The pages are true: links lead somewhere, commands and code run as shown, generated pages are current."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from reprieve.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# The pages whose consoles and code are run; the others show no more than single lines.
CONSOLES = ("tutorials/first-plan.md", *(f"how-to/{path.name}" for path in sorted((ROOT / "docs/how-to").glob("*.md"))))
CODE = tuple(page for page in ("tutorials/response.md", *CONSOLES[1:]) if "several-machines" not in page)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tool_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_dead(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in _LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        if target.startswith("docs/images/") and not (ROOT / "docs" / "images").exists():
            continue  # pictures are made by tools/screenshots.py; until they are, there is no folder
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{page.relative_to(ROOT)} links to {target}, which is not there"
        if anchor and found.suffix == ".md":
            assert anchor in _anchors(found), f"{page.relative_to(ROOT)} links to {target}: no such heading"


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to run in: the repository's documents by link, and the files that the pages speak of."""
    for name in ("docs", "tests", "src"):
        (tmp_path / name).symlink_to(ROOT / name)
    for file in (ROOT / "docs/tutorials/first-plan").iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _make_registry(place: Path) -> None:
    """The two sources of docs/how-to/ask-a-registry.md: invented charts and the real trial."""
    from reprieve.app.demo.clinic import demo_charts
    from reprieve.core.documents import as_json
    from reprieve.reference.trials import TRIAL_PRODUCT, trial_scores

    charts = [json.dumps(as_json(chart)) for chart in demo_charts(7, date(2026, 11, 26), 25)]
    (place / "registry.ndjson").write_text("\n".join(charts), encoding="utf-8")
    rows = ["patient,cycle,week,score,scale,product,units"]
    rows += [f"{r.patient},1,{r.week},{r.score},TWSTRS,{TRIAL_PRODUCT},{r.units}" for r in trial_scores()]
    (place / "scores.csv").write_text("\n".join(rows), encoding="utf-8")


@pytest.mark.parametrize("page", CONSOLES)
def test_consoles_show_what_the_commands_print(page: str, place: Path) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    if "registry.ndjson" in text:
        _make_registry(place)
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command, shown in _commands(text):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=place,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        told = done.stdout
        assert done.returncode == 0, f"{command}\n{told}"
        assert "Traceback" not in told, told
        assert _fits(shown, told), f"{command} printed\n{told}\nbut {page} shows\n{shown}"


def _commands(text: str) -> Iterator[tuple[str, str]]:
    for kind, body in _BLOCK.findall(text):
        if kind == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, shown = part.partition("\n")
                yield command, shown


def _fits(shown: str, told: str) -> bool:
    """Whether `told` is what is `shown`; ``...`` stands for anything, and blanks do not count."""
    parts = [re.escape(" ".join(part.split())) for part in shown.split("...")]
    pattern = r"\s*.*?\s*".join(part.replace(r"\ ", r"\s+") for part in parts)
    return re.fullmatch(pattern, " ".join(told.split()), re.DOTALL) is not None


@pytest.mark.parametrize("page", CODE)
def test_code_runs_and_prints_what_is_shown(page: str, place: Path) -> None:
    blocks = _BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    if any(kind == "python" for kind, _ in blocks):
        pytest.importorskip("pandas")
        pytest.importorskip("matplotlib")
    names: dict[str, object] = {}
    for (kind, body), (next_kind, shown) in pairwise([*blocks, ("", "")]):
        if kind != "python":
            continue
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(body, page, "exec"), names)
        if next_kind == "text":
            assert _fits(shown, out.getvalue()), f"printed\n{out.getvalue()}\nbut {page} shows\n{shown}"


def test_a_page_that_shows_something_else_is_noticed() -> None:
    assert _fits("a ... c\n...\nend", "a b c\nmore\nend\n")
    assert not _fits("a ... c\nend", "a b d\nend\n")
    assert not _fits("verdict: clear", "verdict: blocked")


def test_every_command_is_on_the_page() -> None:
    page = _tool("document_commands").PAGE.read_text(encoding="utf-8")
    missing = [name for name in COMMANDS if f"\n## {name}\n" not in page]
    assert not missing, f"{missing} missing; run `python tools/document_commands.py`"


@pytest.mark.slow
def test_every_option_is_on_the_page() -> None:
    # Nightly: whoever adds an option need not wait for whoever writes the page.
    tool = _tool("document_commands")
    page = tool.PAGE.read_text(encoding="utf-8")
    for name in COMMANDS:
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        actions = [action for parser in tool.with_parts(tool.parser_of(name)) for action in parser._actions]
        known = {option for action in actions for option in action.option_strings}
        shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", section))
        missing = {option for option in known if option.startswith("--")} - shown
        assert not missing, f"{name}: {missing} missing; run `python tools/document_commands.py`"


def test_the_library_page_and_the_notebook_are_current() -> None:
    library, notebook = _tool("document_library"), _tool("make_notebook")
    assert library.PAGE.read_text(encoding="utf-8") == library.page(), "run `python tools/document_library.py`"
    made = notebook.notebook(notebook.SOURCE.read_text(encoding="utf-8"))
    assert notebook.PAGE.read_text(encoding="utf-8") == made, "run `python tools/make_notebook.py`"


@pytest.mark.slow
def test_the_pages_of_documents_and_limits_are_current() -> None:
    tool = _tool("document_data")
    assert tool.DOCUMENTS.read_text(encoding="utf-8") == tool.documents_page(), "run `python tools/document_data.py`"
    assert tool.FORMULARY.read_text(encoding="utf-8") == tool.formulary_page(), "run `python tools/document_data.py`"


def test_every_limit_and_every_field_is_on_its_page() -> None:
    from reprieve.record.chart import Chart
    from reprieve.record.plan import Plan
    from reprieve.reference.formulary.limits import limit_rows

    limits = (ROOT / "docs/reference/formulary.md").read_text(encoding="utf-8")
    assert [key for key in limit_rows() if f"`{key}`" not in limits] == [], "run `python tools/document_data.py`"
    fields = (ROOT / "docs/reference/documents.md").read_text(encoding="utf-8")
    for kind in (Plan, Chart):
        missing = [field.name for field in dataclasses.fields(kind) if f"| `{field.name}` |" not in fields]
        assert not missing, "run `python tools/document_data.py`"


@pytest.mark.slow
def test_the_references_are_those_of_the_data() -> None:
    tool = _tool("make_references")
    assert tool.PAGE.read_text(encoding="utf-8") == tool.bibliography(), "run `python tools/make_references.py`"


def test_the_notebook_is_one_and_its_code_is_that_of_the_page() -> None:
    document = json.loads((ROOT / "docs/tutorials/response.ipynb").read_text(encoding="utf-8"))
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    code = ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]
    blocks = _BLOCK.findall((ROOT / "docs/tutorials/response.md").read_text(encoding="utf-8"))
    assert code == [body.strip("\n") for kind, body in blocks if kind == "python"]
    assert len({cell["id"] for cell in document["cells"]}) == len(document["cells"])


def test_keys_of_the_references_are_unique_and_braces_balance() -> None:
    text = (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")
    keys = re.findall(r"^@misc\{([^,]+),$", text, re.MULTILINE)
    assert len(keys) == len(set(keys)) > 100
    assert text.count("{") == text.count("}")
