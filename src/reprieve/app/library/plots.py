"""Drawings for the library (extra: plots): response curve, plan on the body map, EMG report, cohort.

Each returns a matplotlib figure that belongs to no window; `figure.savefig("name.svg")` writes it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reprieve.app.library.verbs import ChartLike, PlanLike, forecast_chart, read_plan
from reprieve.app.plots.shapes import shapes_of
from reprieve.app.plots.style import COLOURS, GREY, new_figure, quiet
from reprieve.app.sheets.map import PALE, PrintedMap, printed_maps
from reprieve.core.dose import plain
from reprieve.core.errors import InputError
from reprieve.record.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure

    from reprieve.app.cohort.questions import Cohort
    from reprieve.app.emg.channels import ChannelMap
    from reprieve.app.emg.report import ChannelReport, Trace
    from reprieve.app.forecast import CycleForecast

NOT_A_DECISION = "Decision support, not a decision. Not validated in patients."


def plot_response(forecast: CycleForecast | ChartLike, *, on: date | None = None) -> Figure:
    """Draw the response curve of the current cycle with its 50, 80 and 95 % bands and its dates.

    Parameters
    ----------
    forecast : CycleForecast, Chart, mapping or path
        A chart is forecast first.
    on : date, optional
        Day of the forecast of a chart; today by default.

    Raises
    ------
    InputError
        If the model abstains: there is no curve to draw, and the reason is told.
    """
    from reprieve.app.forecast import CycleForecast

    one = forecast if isinstance(forecast, CycleForecast) else forecast_chart(forecast, on=on)
    if one.abstains:
        raise InputError(f"there is no curve to draw: {one.reason}")
    figure, axes = new_figure(f"Expected {one.scale} after {one.product}, {one.session_date}")
    weeks = np.array(one.days) / 7
    for low, high, shade, name in (
        (one.q025, one.q975, 0.12, "95 %"),
        (one.q10, one.q90, 0.20, "80 %"),
        (one.q25, one.q75, 0.30, "50 %"),
    ):
        axes.fill_between(weeks, low, high, color=COLOURS[0], alpha=shade, linewidth=0, label=name)
    axes.plot(weeks, one.q50, color=COLOURS[0], linewidth=1.8, label="median")
    if one.baseline is not None:
        axes.axhline(one.baseline, color=GREY, linestyle="--", linewidth=1, label="without treatment")
    _mark_dates(axes, one)
    axes.set(xlabel="weeks since the injection", ylabel=f"{one.scale} (higher is worse)", xlim=(0, weeks[-1]))
    axes.legend(frameon=False, fontsize=8, ncols=5, loc="lower center", bbox_to_anchor=(0.5, -0.28))
    figure.supxlabel(NOT_A_DECISION, fontsize=7, color=GREY)
    return figure


def _mark_dates(axes: Any, one: CycleForecast) -> None:
    assert one.session_date is not None, "a forecast that does not abstain has a session"
    for step, name in enumerate(("onset", "peak", "fading", "wear_off")):
        found, height = getattr(one, name), 0.02 + 0.05 * step  # ranges overlap, so each has its own line
        if found is not None:
            low, high = ((day - one.session_date).days / 7 for day in (found.low, found.high))
            shares = axes.get_xaxis_transform()
            axes.plot([low, high], [height, height], transform=shares, color=COLOURS[1], linewidth=2)
            axes.annotate(
                name.replace("_", " "),
                (high, height),
                xycoords=shares,
                textcoords="offset points",
                xytext=(5, 0),
                va="center",
                fontsize=8,
                color=COLOURS[1],
            )


def plot_plan(plan: PlanLike) -> Figure:
    """Draw `plan` on the body map: muscles filled dark (pale where they lie under others), doses in a table beside it.

    The patient's left and right are written on each drawing.

    Parameters
    ----------
    plan : Plan, mapping or path
    """
    told = read_plan(plan)
    maps = printed_maps({(row.muscle, row.side) for row in told.injections})
    figure, whole = new_figure(f"{told.product}, {told.indication.replace('_', ' ')}", width=3.1 * len(maps) + 3.6)
    whole.set_axis_off()
    grid = figure.add_gridspec(1, len(maps) + 1, width_ratios=[*[1.0] * len(maps), 1.25])
    for number, one in enumerate(maps):
        _draw_map(figure.add_subplot(grid[0, number]), one)
    _dose_table(figure.add_subplot(grid[0, len(maps)]), told)
    figure.supxlabel(NOT_A_DECISION, fontsize=7, color=GREY)
    return figure


def _draw_map(axes: Any, one: PrintedMap) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    (x, y, width, height), shapes = shapes_of(one.svg)
    for shape in shapes:
        attributes = shape.attributes
        axes.add_patch(
            PathPatch(
                Outline(shape.vertices, shape.codes),
                facecolor=attributes.get("fill", PALE),
                edgecolor=attributes.get("stroke", "none"),
                alpha=float(attributes.get("fill-opacity", "1")),
                linewidth=0.6,
            )
        )
    axes.set(xlim=(x, x + width), ylim=(y + height, y), aspect="equal")
    axes.set_axis_off()
    axes.set_title(one.name, fontsize=9)
    for place, at, word in ((0.02, "left", one.left_word), (0.98, "right", one.right_word)):
        axes.text(place, 0.98, word, transform=axes.transAxes, ha=at, va="top", fontsize=8)


def _dose_table(axes: Any, plan: Plan) -> None:
    axes.set_axis_off()
    rows = [
        (
            row.muscle.replace("_", " "),
            row.side or "–",
            plain(row.units),
            "–" if row.sites is None else str(row.sites),
        )
        for row in plan.injections
    ]
    total = plain(sum((row.units for row in plan.injections), start=type(plan.injections[0].units)(0))) if rows else "0"
    table = axes.table(
        cellText=[*rows, ("total", "", total, "")],
        colLabels=("muscle", "side", "units", "sites"),
        colWidths=(0.56, 0.16, 0.15, 0.13),
        cellLoc="left",
        edges="horizontal",
        loc="center",
    )
    table.auto_set_font_size(False)
    table.set_fontsize(8)


def plot_emg(
    recording: str | Path,
    *,
    channels: ChannelMap | str | Mapping[str, Mapping[str, Any]] | None = None,
) -> Figure:
    """Draw the EMG report of a recording: each channel with its envelope and contractions, and its spectrum.

    Parameters
    ----------
    recording : path
        Any format that `reprieve emg` reads.
    channels : ChannelMap, path or mapping, optional
        See `reprieve.report_emg`.
    """
    from reprieve.app.emg.channels import ChannelMap
    from reprieve.app.emg.recording import report_with_traces

    if not isinstance(channels, str | ChannelMap | None):
        channels = ChannelMap(entries={name: dict(entry) for name, entry in channels.items()})
    report, traces = report_with_traces(str(recording), channels)
    figure, whole = new_figure(Path(report.recording).name, width=9, height=0.8 + 1.5 * max(1, len(traces)))
    whole.set_axis_off()
    grid = figure.add_gridspec(max(1, len(traces)), 2, width_ratios=[3, 1])
    for number, (channel, trace) in enumerate(zip(report.channels, traces, strict=True)):
        _draw_trace(figure.add_subplot(grid[number, 0]), channel, trace)
        _draw_spectrum(figure.add_subplot(grid[number, 1]), channel, trace)
    figure.supxlabel(report.evidence, fontsize=6, color=GREY, wrap=True)
    return figure


def _draw_trace(axes: Any, channel: ChannelReport, trace: Trace) -> None:
    quiet(axes)
    seconds = channel.start_s + np.linspace(0, channel.length_s, len(trace.low))
    axes.fill_between(seconds, trace.low, trace.high, color=COLOURS[0], alpha=0.6, linewidth=0)
    for one in channel.contractions or ():
        axes.axvspan(one.onset_s, one.offset_s, color=COLOURS[4], alpha=0.18, linewidth=0)
    place = " ".join(part for part in (channel.muscle, channel.side) if part)
    # The trace is in the file's own unit; the figures of a surface channel are in microvolts.
    axes.set_ylabel(f"{channel.name}\n{'as recorded' if channel.kind == 'surface' else channel.unit}", fontsize=8)
    axes.set_title(place.replace("_", " "), fontsize=8, loc="left")
    axes.set_xlabel("s", fontsize=8)


def _draw_spectrum(axes: Any, channel: ChannelReport, trace: Trace) -> None:
    quiet(axes)
    if trace.frequency_hz is None or trace.power is None:
        axes.set_axis_off()
        return
    axes.semilogy(trace.frequency_hz, np.maximum(trace.power, np.finfo(float).tiny), color=COLOURS[0], linewidth=1)
    if channel.median_frequency_hz is not None:
        axes.axvline(channel.median_frequency_hz, color=COLOURS[1], linewidth=1)
        axes.set_title(f"median {channel.median_frequency_hz:.0f} Hz", fontsize=8)
    axes.set_xlabel("Hz", fontsize=8)


def plot_cohort(answer: Cohort) -> dict[str, Figure]:
    """Draw every answer of a cohort: figures by name (``durations``, ``relapse``, ``waste``, ...)."""
    from reprieve.app.plots.cohort import cohort_figures

    return cohort_figures(answer)
