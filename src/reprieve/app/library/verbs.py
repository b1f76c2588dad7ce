"""The library face: the verbs of the commands as functions over documents, arrays and data frames.

`import reprieve` hands these on, each loaded at its first use. A document may be given as its typed value, as the plain
mapping that its JSON reads as, or as the path of its file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from reprieve.app.clock import now
from reprieve.core.errors import InputError
from reprieve.record.chart import Chart
from reprieve.record.plan import Plan

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from reprieve.app.citation import Citations
    from reprieve.app.cohort.questions import Cohort
    from reprieve.app.emg.channels import ChannelMap
    from reprieve.app.emg.report import EmgReport
    from reprieve.app.forecast import CycleForecast
    from reprieve.app.planning.proposal import Proposals
    from reprieve.app.reference import ShownRow
    from reprieve.app.scales import ScaleAnswer
    from reprieve.app.simulation.of_plan import Simulation
    from reprieve.app.simulation.what_if import Comparison, Influence
    from reprieve.assess.ranking import Ranking
    from reprieve.compute.executor import Executor
    from reprieve.learn.population import Population
    from reprieve.plan.safety import CheckReport
    from reprieve.reference.reviews import Review
    from reprieve.reference.rows import ReferenceRow

PlanLike = Plan | Mapping[str, Any] | str | Path
ChartLike = Chart | Mapping[str, Any] | str | Path
T = TypeVar("T")


def read_plan(plan: PlanLike) -> Plan:
    """Return a plan document as its typed value.

    Raises
    ------
    DocumentError
        One line: which field, the value, what is allowed.
    """
    return _document(Plan, plan, "plan")


def read_chart(chart: ChartLike) -> Chart:
    """Return a chart document as its typed value; see `read_plan`."""
    return _document(Chart, chart, "chart")


def _document(kind: type[T], value: Any, where: str) -> T:
    from reprieve.app.documents import load, parse
    from reprieve.core.documents import as_json

    if isinstance(value, kind):
        return value
    if isinstance(value, str | Path):
        return load(kind, str(value))
    if isinstance(value, Mapping):
        return parse(kind, json.dumps(as_json(dict(value))), where)
    raise InputError(
        f"{where} must be a {kind.__name__}, a mapping or a path, but got {type(value).__name__}; convert it"
    )


def check_plan(plan: PlanLike, *, today: date | None = None, reviews: Sequence[Review] = ()) -> CheckReport:
    """Return what every rule says to `plan`: verdict, totals, limits with their headroom, findings.

    Parameters
    ----------
    plan : Plan, mapping or path
    today : date, optional
        The clinic's date; the machine's own by default.
    reviews : sequence of Review
        The clinic's own word on rows of the reference data.
    """
    from reprieve.app.check import check_plan as check

    return check(read_plan(plan), today=today, reviews=reviews)


def propose(
    chart: ChartLike, *, on: date | None = None, goal: str | None = None, product: str | None = None
) -> Proposals:
    """Return sessions proposed from `chart` inside every limit, with reasons, and "repeat last".

    Parameters
    ----------
    chart : Chart, mapping or path
    on : date, optional
        Day of the session; today by default.
    goal : str, optional
        What to change, in words.
    product : str, optional
        The chart's last product by default.
    """
    from reprieve.app.planning.proposal import propose as plan_session

    return plan_session(read_chart(chart), on=on or now().date(), goal=goal, product=product)


def assess_chart(chart: ChartLike) -> Ranking:
    """Return the muscles of `chart` by the probability that they take part, each with its evidence."""
    from reprieve.app.assessment import assess_chart as assess

    return assess(read_chart(chart))


def score_scale(name: str, items: Mapping[str, Any], *, before: float | None = None) -> ScaleAnswer:
    """Return the score of the rating scale `name`, and the change since the total `before`.

    Parameters
    ----------
    name : str
        For example ``TWSTRS``.
    items : mapping
        Answers by item id; a missing item is missing, never 0.
    before : float, optional
    """
    from reprieve.app.scales import score

    return score(name, items, before=before)


def report_emg(
    recording: str | Path | ArrayLike,
    *,
    sampling_rate_hz: float | None = None,
    names: Sequence[str] | None = None,
    unit: str = "uV",
    channels: ChannelMap | str | Mapping[str, Mapping[str, Any]] | None = None,
) -> EmgReport:
    """Return the EMG report: figures of each channel, pair and mapped muscle.

    Parameters
    ----------
    recording : path or array_like, shape (n_channels, n_samples) or (n_samples,)
        A file of any format that `reprieve emg` reads, or samples in `unit`.
    sampling_rate_hz : float, optional
        Needed with an array.
    names : sequence of str, optional
        Of the channels of an array; ``1``, ``2``, ... by default.
    unit : str
        Of an array: ``uV``, ``mV``, ``V`` or ``nV``; ``count`` has no scale.
    channels : ChannelMap, path or mapping, optional
        What each channel is: a map, its YAML file, or a mapping of channel names to
        ``{"muscle": ..., "side": ..., "kind": ...}``.
    """
    from reprieve.app.emg.channels import ChannelMap, channel_entries, load_channel_map
    from reprieve.app.emg.recording import report_of, report_recording

    if isinstance(channels, Mapping):
        channels = ChannelMap(entries=channel_entries("channels", channels))
    if isinstance(recording, str | Path):
        return report_recording(str(recording), channels)
    session = load_channel_map(channels) if isinstance(channels, str) else channels
    return report_of(_recording_of(recording, sampling_rate_hz, names, unit), session)[0]


def _recording_of(samples: Any, rate_hz: float | None, names: Sequence[str] | None, unit: str) -> Any:
    import numpy as np

    from reprieve.interop.recording import Channel, Recording, plausible_rate, unit_of

    if rate_hz is None:
        raise InputError("an array needs its sampling_rate_hz; give samples per second")
    rate = plausible_rate(float(rate_hz), "sampling_rate_hz")
    table = np.atleast_2d(np.asarray(samples, dtype=float))
    if table.ndim != 2 or table.shape[1] == 0:
        raise InputError(f"samples must have the shape (n_channels, n_samples), but got {np.shape(samples)}; turn them")
    told = [str(number + 1) for number in range(len(table))] if names is None else [str(name) for name in names]
    if len(told) != len(table):
        raise InputError(f"names must be as many as channels ({len(table)}), but got {len(told)}; give one for each")
    volts = unit_of(unit)
    if volts not in ("uV", "mV", "V", "nV", "count"):
        raise InputError(f"unit must be uV, mV, V, nV or count, but got {unit!r}; state the unit of the samples")
    made = (Channel(name=name, unit=volts, rate_hz=rate, raw=row) for name, row in zip(told, table, strict=True))
    return Recording(path="array", format="array", channels=tuple(made))


def fit_response(scores: Any) -> Population:
    """Return the response population fitted to tidy scores.

    Parameters
    ----------
    scores : data frame, path, or iterable of mappings
        Columns ``patient``, ``cycle``, ``week``, ``score`` and, where known, ``scale``, ``product``, ``units``,
        ``date``, ``site``; week <= 0 is before the injection, units 0 is placebo.
    """
    from reprieve.app.library.frames import WHERE, read_frame
    from reprieve.app.response.scores import fit_scores

    return fit_scores(read_frame(scores).rows, WHERE)


def forecast_response(
    scores: Any,
    at: Sequence[float],
    *,
    population: Population | Mapping[str, Any] | str | Path | None = None,
    laplace: bool = False,
) -> Any:
    """Return each patient's forecast at the weeks `at` of the latest cycle.

    Parameters
    ----------
    scores : data frame, path, or iterable of mappings
        See `fit_response`.
    at : sequence of float
        Weeks since the injection.
    population : Population, document or path, optional
        The shipped one by default.
    laplace : bool
        Take the population as known: for large registries, with their own population.

    Returns
    -------
    data frame
        Of the kind that came in (a list of dicts where none did): ``patient, cycle, week, mean, sd, q025, q10, q25,
        q50, q75, q90, q975``.
    """
    from reprieve.app.library.frames import WHERE, read_frame
    from reprieve.app.response.scores import FORECAST_COLUMNS, forecast_scores

    told = read_frame(scores)
    weeks = [float(week) for week in at]
    rows = forecast_scores(told.rows, _population(population), weeks, WHERE, laplace=laplace)
    return told.table({name: [getattr(row, name) for row in rows] for name in FORECAST_COLUMNS})


def _population(value: Population | Mapping[str, Any] | str | Path | None) -> Population:
    from reprieve.app.response.scores import load_population
    from reprieve.learn.population import from_document

    if value is None or isinstance(value, str | Path):
        return load_population(None if value is None else str(value))
    return from_document(value) if isinstance(value, Mapping) else value


def forecast_chart(
    chart: ChartLike, *, on: date | None = None, population: Population | Mapping[str, Any] | str | Path | None = None
) -> CycleForecast:
    """Return the current cycle of `chart`: curve with bands, dates of onset, peak and wearing off.

    Parameters
    ----------
    chart : Chart, mapping or path
    on : date, optional
        Today by default; later entries are not used.
    population : Population, document or path, optional
        The shipped one by default.
    """
    from reprieve.app.forecast import forecast_chart as forecast

    model = None if population is None else _population(population)
    return forecast(read_chart(chart), on=on or now().date(), population=model)


def simulate_plan(plan: PlanLike, *, days: int = 180, draws: int = 100, seed: int = 0) -> Simulation:
    """Return block and force of each muscle over time after `plan`, and the spread into structures at risk.

    Parameters
    ----------
    plan : Plan, mapping or path
    days : int
    draws : int
        Of the uncertain parameters.
    seed : int
        The same seed gives the same figures.
    """
    from reprieve.app.simulation.of_plan import simulate_plan as simulate

    return simulate(read_plan(plan), days=days, draws=draws, seed=seed)


def compare_plans(
    plan: PlanLike,
    others: Mapping[str, PlanLike] | None = None,
    *,
    changes: Sequence[str] = (),
    days: int = 180,
    draws: int = 100,
    seed: int = 0,
) -> Comparison:
    """Return the simulation's figures of `plan` beside its changes and beside other plans, all under the same draws.

    Parameters
    ----------
    plan : Plan, mapping or path
    others : mapping of str to Plan, mapping or path, optional
        Plans by the name they shall carry; one of another product goes by that product's own parameters.
    changes : sequence of str
        Each alone, as ``[MUSCLE[/SIDE]:]WHAT=NUMBER``: ``"splenius_capitis/left:units=1.5"``, ``"needle=5"``.
    days, draws, seed : int
        See `simulate_plan`.
    """
    from reprieve.app.simulation.what_if import compare_plans as compare

    named = [(name, read_plan(other)) for name, other in (others or {}).items()]
    return compare(read_plan(plan), changes=changes, others=named, days=days, draws=draws, seed=seed)


def rank_influences(plan: PlanLike, *, days: int = 180, draws: int = 400, seed: int = 0) -> tuple[Influence, ...]:
    """Return how much each uncertain parameter moves the outcomes of the simulation of `plan`, the weightiest first.

    Parameters
    ----------
    plan : Plan, mapping or path
    days, draws, seed : int
        See `simulate_plan`.
    """
    from reprieve.app.simulation.what_if import rank_influences as rank

    return rank(read_plan(plan), days=days, draws=draws, seed=seed)


def cohort(
    source: Any,
    questions: Sequence[str] | None = None,
    *,
    by: str = "product",
    smallest_cell: int = 5,
    executor: Executor | None = None,
) -> Cohort:
    """Return the answers of a registry: durations, dose and response, relapse, side effects, centres, waste.

    Parameters
    ----------
    source : path, data frame, or iterable of Chart or of mappings
        What `reprieve cohort` reads, a frame of tidy scores, or charts.
    questions : sequence of str, optional
        All by default; see `reprieve.app.cohort.questions.QUESTIONS`.
    by : {"product", "centre", "indication", "cycle"}
    smallest_cell : int
        Groups of fewer patients are not shown.
    executor : Executor, optional
        For a path; see `reprieve.compute.open_executor`.
    """
    from reprieve.app.cohort.cycles import cycles_of_charts
    from reprieve.app.cohort.questions import QUESTIONS, cohort_of_patients
    from reprieve.app.cohort.questions import cohort as ask
    from reprieve.app.cohort.source import patients_of_rows
    from reprieve.app.library.frames import read_frame

    asked = QUESTIONS if questions is None else questions
    if isinstance(source, str | Path):
        return ask(source, asked, by=by, smallest_cell=smallest_cell, executor=executor)
    if isinstance(source, Sequence | Iterable) and not hasattr(source, "columns"):
        told = list(source)
        if told and all(isinstance(entry, Chart) for entry in told):
            patients = cycles_of_charts(told)
            return cohort_of_patients(patients, asked, by=by, smallest_cell=smallest_cell, kind="charts")
        source = told
    patients = patients_of_rows(read_frame(source).rows)
    return cohort_of_patients(patients, asked, by=by, smallest_cell=smallest_cell, kind="scores")


def cite(plan: PlanLike, *, today: date | None = None) -> Citations:
    """Return the rows and documents behind every number of a check of `plan`."""
    from reprieve.app.citation import cite as collect

    return collect(read_plan(plan), today=today)


def search_reference(text: str, *, kind: str | None = None) -> list[ReferenceRow]:
    """Return the rows of the reference data in which every word of `text` occurs, the best match first.

    Parameters
    ----------
    text : str
    kind : str, optional
        ``muscle``, ``posture``, ``scale``, ...
    """
    from reprieve.app.reference import search_reference as search

    return search(text, kind=kind)


def show_reference(name: str) -> ShownRow:
    """Return what the id `name` stands for: a row with its facts, or a source, each with grade and whether checked."""
    from reprieve.app.reference import show_reference as show

    return show(name)
