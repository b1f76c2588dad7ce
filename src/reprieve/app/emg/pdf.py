"""The EMG report as PDF: the same figures and drawings as the HTML, on A4."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import as_file, files
from typing import Any, Literal

from reprieve.app.emg.html_muscles import missing_words, muscle_words, shown
from reprieve.app.emg.report import ChannelReport, EmgReport, MuscleReport, PairReport, Trace
from reprieve.app.emg.svg import PLOT_STYLE, coherence_matrix_svg, spectrum_svg, trace_svg
from reprieve.app.emg.words import (
    PAIR_NOTE,
    TRACE_NOTE,
    channel_words,
    extra_lines,
    no_pairs_words,
    problem_lines,
    quality_words,
    rows_and_rest,
    subtitle,
)
from reprieve.core.errors import SetupError

INTENDED_USE = (
    "Decision support for licensed clinicians who can review the basis of every number. Not a medical device; not "
    "validated in patients."
)
MOST_PAIRS = 30
Format = Literal["pdf", "png"]


def report_pdf(report: EmgReport, traces: Sequence[Trace], *, kind: Format = "pdf") -> bytes:
    """Return the report as PDF (or its first page as PNG).

    Raises
    ------
    SetupError
        If the library for printing is not installed.
    """
    try:
        import typst
    except ModuleNotFoundError:
        raise SetupError("a PDF needs typst, which is not installed; pip install typst, or write .html") from None
    with as_file(files("reprieve.app.emg") / "templates") as folder:
        made = typst.compile(
            folder / "report.typ",
            root=folder,
            format=kind,
            ppi=110.0,
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(_data(report, traces), ensure_ascii=False)},
        )
    return made if isinstance(made, bytes) else bytes(made[0])


def _data(report: EmgReport, traces: Sequence[Trace]) -> dict[str, Any]:
    drawn = [one for one in zip(report.channels, traces, strict=True) if one[0].rms is not None]
    related = [pair for pair in report.pairs if pair.coherence is not None]
    strongest = sorted(related, key=lambda pair: pair.coherence_4_7_hz or 0.0, reverse=True)[:MOST_PAIRS]
    left = (
        f" The {MOST_PAIRS} of {len(related)} with the highest coherence at 4–7 Hz."
        if len(related) > MOST_PAIRS
        else ""
    )
    matrix = coherence_matrix_svg(related)
    listed, rest = rows_and_rest([one for one in report.channels if one.kind != "other"])
    return {
        "title": "EMG report",
        "subtitle": subtitle(report),
        "intended_use": f"{INTENDED_USE} Reprieve {report.version}.",
        "problems": problem_lines(report),
        "muscle_note": missing_words(report),
        "muscles": [_muscle(one) for one in report.muscles],
        "channels": [_channel(one) for one in listed],
        "rest": rest,
        "trace_note": TRACE_NOTE,
        "extra": extra_lines(report),
        "pair_note": PAIR_NOTE + left if related else no_pairs_words(report),
        "pairs": [_pair(one) for one in strongest],
        "matrix": _svg(matrix) if matrix else None,
        "traces": [_drawing(report, channel, trace) for channel, trace in drawn],
        "evidence": report.evidence,
    }


def _muscle(one: MuscleReport) -> list[str]:
    score = shown(one.score.score, 2)
    if one.score.low is not None and one.score.high is not None:
        score += f" ({one.score.low:.2f}–{one.score.high:.2f})"
    activity = [
        f"{kind} {figure.value:.1f}" + ("" if figure.low is None else f" ({figure.low:.1f}–{figure.high:.1f})")
        for kind, figure in one.activity.items()
    ]
    name = " ".join(part for part in (one.side, one.muscle.replace("_", " ")) if part)
    return [name, one.score.muscle_class, score, "\n".join(activity) or "–", "; ".join(muscle_words(one)) or "–"]


def _channel(one: ChannelReport) -> list[str]:
    rms = "–" if one.rms is None else f"{one.rms:.3g} {one.unit.replace('uV', 'µV')}"
    if "rms" in one.intervals:
        rms += f" ({one.intervals['rms'][0]:.3g}–{one.intervals['rms'][1]:.3g})"
    return [
        one.name,
        quality_words(one),
        rms,
        shown(one.median_frequency_hz),
        "–" if one.contractions is None else str(len(one.contractions)),
        shown(one.burst_rate_per_s, 2),
        shown(one.turns_per_s, 4),
        shown(one.mean_amplitude_per_turn),
        shown(one.tremor_peak_hz),
    ]


def _pair(one: PairReport) -> list[str]:
    probability = one.adjusted_probability_4_7_hz
    return [
        " – ".join(one.channels) + (" (crosstalk likely)" if one.crosstalk else ""),
        shown(one.peak_frequency_hz),
        shown(one.peak_coherence),
        shown(one.limit),
        shown(one.coherence_4_7_hz),
        "–" if probability is None else "< 0.001" if probability < 0.001 else f"{probability:.3f}",
    ]


def _drawing(report: EmgReport, channel: ChannelReport, trace: Trace) -> dict[str, str]:
    spectrum = spectrum_svg(channel, trace) if trace.power is not None else ""
    return {
        "name": channel.name,
        "words": channel_words(channel),
        "trace": _svg(trace_svg(channel, trace, report.epochs, report.annotations)),
        "spectrum": _svg(spectrum) if spectrum else "",
    }


def _svg(inline: str) -> str:
    """Return a drawing that stands alone: a namespace, and the style that the page would give it."""
    head, _, rest = inline.partition(">")
    return f'{head} xmlns="http://www.w3.org/2000/svg"><style>{PLOT_STYLE}</style>{rest}'
