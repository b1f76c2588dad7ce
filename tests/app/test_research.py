"""The research set: item level, de-identified, described by its types, and read back."""

from __future__ import annotations

import csv
import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from reprieve.app.demo.clinic import demo_charts
from reprieve.app.research.files import write_research_set
from reprieve.app.research.research_set import Disguise, research_tables, word
from reprieve.app.research.tables import TABLES, dictionary
from reprieve.app.research.tidy import read_tidy_set
from reprieve.cli.main import main
from reprieve.core.errors import DocumentError, InputError, ReprieveError
from reprieve.record.chart import Chart, ChartPatient, Condition, Goal, OtherTreatment, Rating, Session, Symptom
from reprieve.record.plan import Exposure

TODAY = date(2026, 11, 26)
SECRETS = ("Zwetschgenbaum", "Philippa", "quinceword", "mirabelle", "LOT-7", "Dr. Medlar", "1961-04-03")


class Plain:
    """No disguise: to compare tables."""

    def name(self, patient: str) -> str:
        return patient

    def shift(self, patient: str) -> timedelta:
        return timedelta(0)


@pytest.fixture(scope="module")
def charts() -> list[Chart]:
    return demo_charts(11, TODAY, 6)


def secret_chart(chart: Chart) -> Chart:
    """Return `chart` with a secret in every place that may hold a text."""
    family, given, words, note, lot, rater, birth = SECRETS
    sessions = tuple(
        replace(
            session,
            note=note,
            place=words,
            signed_by=rater,
            signed_at=datetime(2026, 1, 1, tzinfo=UTC),
            injections=tuple(replace(row, lot=lot) for row in session.injections),
        )
        for session in chart.sessions
    )
    return replace(
        chart,
        patient=ChartPatient(
            id=f"{family}-{given}", family_name=family, given_name=given, birth_date=date.fromisoformat(birth)
        ),
        sessions=sessions,
        conditions=(Condition(condition=f"said by {rater}", note=note),),
        risks=(words,),
        goals=(Goal(text=words),),
        exposures=(Exposure(date=TODAY, product="botox of " + rater, indication=words + " x", place=words),),
        ratings=(Rating(date=TODAY, scale=f"{rater}'s own", rater=rater, note=note, items={f"{words} x": Decimal(1)}),),
        diary=tuple(replace(entry, note=note, treatments=(words,)) for entry in chart.diary),
        symptoms=(Symptom(date=TODAY, symptom=f"{words} at home", note=note, lot=lot, muscle=f"by {rater}"),),
        assessments=tuple(replace(entry, note=note) for entry in chart.assessments),
        other_treatments=(OtherTreatment(date=TODAY, treatment=words, note=note),),
    )


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_nothing_that_tells_who_somebody_is_comes_out(kind: str, charts: list[Chart], tmp_path: Path) -> None:
    secret = secret_chart(charts[0])
    write_research_set([secret], tmp_path / "set", kind=kind)
    for file in (tmp_path / "set").iterdir():
        content = file.read_bytes()
        for told in SECRETS:
            assert told.encode() not in content, (file.name, told)
    assert len(read_tidy_set(tmp_path / "set")[0].sessions) == len([s for s in secret.sessions if s.injections])


def test_no_date_of_the_record_stands_in_the_set(charts: list[Chart]) -> None:
    disguise = Disguise(b"k" * 32)
    shifts = {chart.patient.id: disguise.shift(chart.patient.id) for chart in charts}
    assert len(set(shifts.values())) > 1
    for shift in shifts.values():
        assert shift.days % 7 == 0
        assert -52 * 7 <= shift.days <= -7
    tables = research_tables(charts, disguise)
    for chart in charts:
        mine = [row for row in tables["cycles"] if row.patient == disguise.name(chart.patient.id)]
        given = sorted(session.date for session in chart.sessions if session.injections)
        assert [row.date - shifts[chart.patient.id] for row in mine] == given


def test_keys_are_new_in_each_set_unless_a_key_file_is_kept(charts: list[Chart], tmp_path: Path) -> None:
    def names(folder: str, **more: Any) -> set[str]:
        write_research_set(charts, tmp_path / folder, **more)
        return {chart.patient.id for chart in read_tidy_set(tmp_path / folder)}

    one, two = names("one"), names("two")
    assert len(one) == len(charts)
    assert not one & two
    kept = tmp_path / "key"
    assert names("three", key_file=kept) == names("four", key_file=kept)
    assert kept.stat().st_mode & 0o077 == 0
    assert not one & {chart.patient.id for chart in charts}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_set_read_back_tells_the_same(kind: str, charts: list[Chart], tmp_path: Path) -> None:
    write_research_set(charts, tmp_path / "set", kind=kind, key_file=tmp_path / "key")
    disguise = Disguise(bytes.fromhex((tmp_path / "key").read_text().strip()))
    want = research_tables(charts, disguise)
    got = research_tables(read_tidy_set(tmp_path / "set"), Plain())
    for name in TABLES:
        # No birth date is in a set, so no age comes back.
        rows = [replace(row, age_at_first_session=None) for row in want[name]] if name == "patients" else want[name]
        assert got[name] == rows, name
    assert sum(len(rows) for rows in want.values()) > 500


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_digits_are_kept(kind: str, charts: list[Chart], tmp_path: Path) -> None:
    units = Decimal("37.123456")
    one = charts[0]
    session = one.sessions[0]
    chart = replace(
        one, sessions=(replace(session, injections=(replace(session.injections[0], units=units),)),), diary=()
    )
    write_research_set([chart], tmp_path / "set", kind=kind)
    assert read_tidy_set(tmp_path / "set")[0].sessions[0].units == units


def test_the_dictionary_is_whole(charts: list[Chart], tmp_path: Path) -> None:
    write_research_set(charts, tmp_path / "set")
    with (tmp_path / "set" / "dictionary.csv").open(newline="") as stream:
        told = list(csv.DictReader(stream))
    assert told == dictionary()
    for name, kind in TABLES.items():
        with (tmp_path / "set" / f"{name}.csv").open(newline="") as stream:
            header = next(csv.reader(stream))
        assert header == [field.name for field in fields(kind)]
        assert header == [row["column"] for row in told if row["table"] == name]
    assert all(row["meaning"] for row in told)
    manifest = json.loads((tmp_path / "set" / "manifest.json").read_text())
    assert manifest["version"] == "2"


def test_types_of_parquet_do_not_depend_on_the_values(charts: list[Chart], tmp_path: Path) -> None:
    import pyarrow.parquet

    empty = replace(charts[0], exposures=(), symptoms=(), assessments=(), ratings=())
    write_research_set([empty], tmp_path / "one", kind="parquet")
    write_research_set(charts, tmp_path / "two", kind="parquet")
    for name in TABLES:
        schemas = [pyarrow.parquet.read_schema(tmp_path / folder / f"{name}.parquet") for folder in ("one", "two")]
        assert schemas[0].equals(schemas[1]), name


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@SUM(A1)", "\tx", "\r=x", "'=x", "''=x", "-1", "plain", "'", ""])
def test_no_cell_runs_in_a_spreadsheet_and_each_comes_back(text: str) -> None:
    from reprieve.app.transfer.tables import guarded, without_guard

    told = guarded(text)
    assert told[:1] not in ("=", "+", "@", "\t", "\r")
    assert told[:1] != "-" or told == "-1"
    assert without_guard(told) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("splenius_capitis", "splenius_capitis"),
        ("onabotulinumtoxinA", "onabotulinumtoxinA"),
        ("cervical.torticollis", "cervical.torticollis"),
        ("Maria from Berne", "other"),
        ("a" * 41, "other"),
        ("", "other"),
        ("=cmd", "other"),
    ],
)
def test_only_ids_come_out_as_words(text: str, told: str) -> None:
    assert word(text) == told


def test_a_session_without_injections_is_no_cycle(charts: list[Chart]) -> None:
    skipped = Session(date=TODAY, product="onabotulinumtoxinA", indication="cervical_dystonia")
    tables = research_tables([replace(charts[0], sessions=(*charts[0].sessions, skipped))], Plain())
    assert len(tables["cycles"]) == len([s for s in charts[0].sessions if s.injections])


class TestReading:
    """What is no research set, or a spoiled one, is one line."""

    @pytest.fixture
    def folder(self, charts: list[Chart], tmp_path: Path) -> Path:
        write_research_set(charts[:2], tmp_path / "set")
        return tmp_path / "set"

    @pytest.mark.parametrize(
        ("file", "old", "new", "words"),
        [
            ("manifest.json", '"version": "2"', '"version": "1"', "is version '1'"),
            ("manifest.json", "{", "", "no manifest"),
            ("cycles.csv", "cycle,", "zyklus,", "lacks the column cycle"),
            ("cycles.csv", "onabotulinumtoxinA", "", "is empty; it must be told"),
            ("injections.csv", "onabotulinumtoxinA", "abobotulinumtoxinA", "is not in cycles with that product"),
            ("patients.csv", "female", "female,x", "cells under"),
        ],
    )
    def test_one_clear_line(self, file: str, old: str, new: str, words: str, folder: Path) -> None:
        text = (folder / file).read_text()
        if old not in text:
            old = {"onabotulinumtoxinA": "incobotulinumtoxinA", "female": "male"}[old]
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))
        with pytest.raises(ReprieveError, match=words) as caught:
            read_tidy_set(folder)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("table", "column", "value"),
        [
            ("cycles", "date", "20260401"),
            ("cycles", "date", "2026-W14-3"),
            ("cycles", "units", "1_00"),
            ("ratings", "total", "nan"),
            ("ratings", "total", "١٢"),
            ("cycles", "weeks_since_previous", "inf"),
            ("cycles", "cycle", "1_0"),
        ],
    )
    def test_figures_and_dates_are_plainly_written(self, table: str, column: str, value: str, folder: Path) -> None:
        path = folder / f"{table}.csv"
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        rows[0][column] = value
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        with pytest.raises(ReprieveError, match=f"{table}.csv, line 2: {column} = '{value}' is no "):
            read_tidy_set(folder)

    @pytest.mark.parametrize(
        ("table", "change", "words"),
        [
            ("cycles", {"units": "1"}, "tells 1 units, but its injections make"),
            ("injections", None, "units, but its injections make"),
            ("cycles", {}, "cycle 1 stands twice"),
            ("ratings", {}, "rating 1 stands twice"),
            ("ratings", None, "rating 1 is not in ratings"),
            ("items", {}, "of rating 1 stands twice"),
        ],
        ids=["other sum", "lost injection", "cycle twice", "rating twice", "lost rating", "item twice"],
    )
    def test_tables_that_contradict_each_other(
        self, table: str, change: dict[str, str] | None, words: str, folder: Path
    ) -> None:
        """The first row is changed, told twice (`{}`) or lost (None): another dose would have come in."""
        path = folder / f"{table}.csv"
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        names = list(rows[0])
        rows[:1] = [] if change is None else [rows[0] | change] if change else [rows[0], rows[0]]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
        with pytest.raises(ReprieveError, match=words):
            read_tidy_set(folder)

    def test_spoiled_tables(self, folder: Path) -> None:
        contents = {file: file.read_text() for file in folder.glob("*.csv")}
        came = 0
        for seed in range(200):
            random = Random(seed)
            file = random.choice(sorted(contents))
            letters = list(contents[file])
            for _ in range(random.randint(1, 4)):
                letters[random.randrange(len(letters))] = random.choice(",\n\"'-=.eE09 x\x00é")
            file.write_text("".join(letters))
            try:
                read_tidy_set(folder)
                came += 1
            except ReprieveError as error:
                told = str(error)
                if "\n" in told:
                    raise AssertionError(told) from None
            file.write_text(contents[file])
        assert came > 0

    def test_a_missing_table_and_no_folder(self, folder: Path, tmp_path: Path) -> None:
        (folder / "diary.csv").unlink()
        with pytest.raises(InputError, match=r"diary\.csv"):
            read_tidy_set(folder)
        with pytest.raises(InputError, match="no manifest"):
            read_tidy_set(tmp_path / "nowhere")
        (tmp_path / "parquet").mkdir()
        (tmp_path / "parquet" / "manifest.json").write_text('{"version": "2"}')
        (tmp_path / "parquet" / "patients.parquet").write_bytes(b"PAR1 no")
        with pytest.raises(DocumentError, match="no Parquet file"):
            read_tidy_set(tmp_path / "parquet")


def test_from_record_to_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from reprieve.app.transfer.charts import document_lines

    source = tmp_path / "charts.jsonl"
    source.write_text("\n".join(document_lines(iter(demo_charts(5, date.today(), 2)))))
    one, two, folder = str(tmp_path / "one.db"), str(tmp_path / "two.db"), str(tmp_path / "set")
    assert main(["import", str(source), "--db", one]) == 0
    assert main(["export", "--research", folder, "--format", "parquet", "--db", one]) == 0
    assert main(["import", folder, "--db", two]) == 0
    assert "2 patients came in" in capsys.readouterr().out
    assert main(["export", "--all", "--db", two, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [len(chart["sessions"]) > 0 for chart in told] == [True, True]
    assert all(chart["patient"]["birth_date"] is None for chart in told)
