"""Drawings of a cohort's answers: survival to the next injection, dose and response, relapse, funnel, waste."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from reprieve.app.cohort.centres import Funnel, funnel_limits
from reprieve.app.cohort.dose import DoseResponse
from reprieve.app.cohort.durations import Durations
from reprieve.app.cohort.questions import Cohort
from reprieve.app.plots.style import COLOURS, GREY, new_figure, save
from reprieve.core.errors import SetupError


def plot_durations(rows: tuple[Durations, ...]) -> Any:
    """Return a figure of the shares without a new injection, week by week, with their intervals."""
    figure, axes = new_figure("Cycles without a new injection")
    for number, one in enumerate(rows):
        colour = COLOURS[number % len(COLOURS)]
        points = [(p.week, p.share) for p in one.survival if p.share is not None]
        weeks = [0.0, *(float(week) for week, _ in points)]
        shares = [1.0, *(share.value for _, share in points)]
        name = " ".join(part for part in (one.product, one.group) if part) or "product not told"
        axes.plot(weeks, shares, marker="o", markersize=3, color=colour, label=f"{name} ({one.cycles} cycles)")
        low = [1.0, *(share.value if share.low is None else share.low for _, share in points)]
        high = [1.0, *(share.value if share.high is None else share.high for _, share in points)]
        axes.fill_between(weeks, low, high, color=colour, alpha=0.15, linewidth=0)
        _weibull_line(axes, one, colour, max(weeks))
    axes.set(xlabel="weeks since the injection", ylabel="share", ylim=(0, 1.02), xlim=(0, None))
    axes.legend(frameon=False, fontsize=9, title="line: Kaplan-Meier; dots: Weibull", title_fontsize=8)
    return figure


def _weibull_line(axes: Any, one: Durations, colour: str, last: float) -> None:
    shape, scale = one.weibull_shape.value, one.weibull_scale_weeks.value
    if shape is not None and scale is not None and last > 0:
        weeks = np.linspace(0, last, 100)
        axes.plot(weeks, np.exp(-((weeks / scale) ** shape)), color=colour, linestyle=":", linewidth=1)


def plot_dose_response(one: DoseResponse) -> Any:
    """Return a figure of the points gained by band of dose, of one product and one scale."""
    figure, axes = new_figure(f"{one.product}, {one.scale}: points gained in weeks 3 to 7")
    for band in one.bands:
        gain = band.improvement
        if gain is None or gain.value is None:
            continue
        middle, half = float(band.from_units + band.to_units) / 2, float(band.to_units - band.from_units) / 2
        low = gain.value if gain.low is None else gain.low
        high = gain.value if gain.high is None else gain.high
        axes.errorbar(
            middle,
            gain.value,
            xerr=half or None,
            yerr=[[gain.value - low], [high - gain.value]],
            fmt="o",
            color=COLOURS[0],
            capsize=3,
        )
        axes.annotate(f"{band.cycles}", (middle, gain.value), textcoords="offset points", xytext=(6, 6), fontsize=8)
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set(xlabel=f"units of {one.product} (never comparable with another product)", ylabel="points (mean, 95 %)")
    return figure


def plot_funnel(one: Funnel) -> Any:
    """Return a funnel plot of one measure: centres by size, with 95 % and 99.8 % limits."""
    figure, axes = new_figure(f"{one.measure}{'' if one.scale is None else ' (' + one.scale + ')'}")
    sizes = np.arange(1, max((centre.patients for centre in one.centres), default=1) + 2)
    for level, style in ((0.95, "--"), (0.998, "-")):
        limits = [funnel_limits(int(size), one.share, level) for size in sizes]
        for line in zip(*limits, strict=True):
            axes.plot(sizes, line, linestyle=style, color=GREY, linewidth=0.9)
    axes.axhline(one.share, color=GREY, linewidth=1.2)
    for centre in one.centres:
        if centre.share is not None:
            colour = COLOURS[0] if centre.place == "inside" else COLOURS[1]
            axes.plot(centre.patients, centre.share, "o", color=colour)
            where = (centre.patients, centre.share)
            axes.annotate(centre.centre, where, textcoords="offset points", xytext=(5, 3), fontsize=8)
    axes.set(xlabel="patients of the centre", ylabel="share of patients", ylim=(-0.02, 1.02), xlim=(0, None))
    return figure


def plot_relapse(answer: Cohort) -> Any:
    """Return a figure of how much was gone at the visit, for each product, group and scale."""
    rows = [one for one in answer.relapse or () if one.half_lost.value is not None]
    figure, axes = new_figure("Gone at the next visit", height=1.4 + 0.55 * len(rows))
    for number, one in enumerate(rows):
        for shift, share, colour in ((0.14, one.half_lost, COLOURS[0]), (-0.14, one.relapsed, COLOURS[1])):
            if share.value is not None:
                axes.plot(share.value, number + shift, "o", color=colour)
                if share.low is not None and share.high is not None:
                    axes.plot([share.low, share.high], [number + shift] * 2, color=colour)
    names = [" ".join(part for part in (one.product, one.group, one.scale) if part) for one in rows]
    axes.set_yticks(range(len(rows)), names)
    axes.set(xlabel="share of the cycles with a response", xlim=(0, 1.02), ylim=(-0.6, len(rows) - 0.4))
    axes.plot([], [], "o", color=COLOURS[0], label="half of the best effect")
    axes.plot([], [], "o", color=COLOURS[1], label="four fifths of it")
    axes.legend(frameon=False, fontsize=9)
    return figure


def plot_waste(answer: Cohort) -> Any:
    """Return a figure of the share of opened units that was not given, product by product."""
    rows = list(answer.waste or ())
    figure, axes = new_figure("Opened and not given", height=1.4 + 0.5 * len(rows))
    for number, one in enumerate(rows):
        value = one.wasted_share.value or 0.0
        axes.barh(number, value, color=COLOURS[0], height=0.6)
        axes.annotate(
            f"{one.wasted_units:f} of {one.opened_units:f} units",
            (value, number),
            textcoords="offset points",
            xytext=(5, -3),
            fontsize=8,
        )
    axes.set_yticks(range(len(rows)), [str(one.product) for one in rows])
    axes.set(xlabel="share of the units opened", xlim=(0, 1))
    return figure


def cohort_figures(answer: Cohort) -> dict[str, Any]:
    """Return every figure that `answer` can fill, by file name without ending."""
    found: dict[str, Any] = {}
    if answer.durations:
        found["durations"] = plot_durations(answer.durations)
    for one in answer.dose_response or ():
        found[_file_name("dose-response", one.product, one.scale)] = plot_dose_response(one)
    if any(one.half_lost.value is not None for one in answer.relapse or ()):
        found["relapse"] = plot_relapse(answer)
    for one in answer.centres or ():
        found[_file_name("centres", one.measure.split()[0], one.scale)] = plot_funnel(one)
    if answer.waste:
        found["waste"] = plot_waste(answer)
    return found


def write_cohort_plots(answer: Cohort, folder: str | Path) -> list[str]:
    """Draw `answer` as SVG files in `folder` and return their names.

    Raises
    ------
    SetupError
        If matplotlib is missing, or the folder cannot be written.
    """
    place = Path(folder).expanduser()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"cannot write into {folder} ({error.strerror or error}); choose another place") from None
    paths = []
    for name, figure in cohort_figures(answer).items():
        paths.append(str(place / f"{name}.svg"))
        save(figure, paths[-1])
    return paths


def _file_name(*parts: str | None) -> str:
    text = "-".join(part for part in parts if part)
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in text)
