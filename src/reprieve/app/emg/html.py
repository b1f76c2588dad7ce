"""The EMG report as one HTML file: no script, nothing fetched, drawings inline.

A strict policy stands in the file itself, so that a browser refuses whatever a channel name might smuggle in.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape

from reprieve.app.emg.html_muscles import muscle_part, shown
from reprieve.app.emg.report import ChannelReport, EmgReport, PairReport, Trace
from reprieve.app.emg.svg import PLOT_STYLE, coherence_matrix_svg, coherence_svg, spectrum_svg, trace_svg
from reprieve.app.emg.words import (
    PAIR_NOTE,
    TRACE_NOTE,
    channel_words,
    extra_lines,
    file_name,
    no_pairs_words,
    problem_lines,
    quality_words,
    rows_and_rest,
    subtitle,
)

_STYLE = """
:root { color-scheme: light; --ink: #1c2430; --soft: #5b6675; --line: #d8dee6;
  --warn: #8a4b00; --warnback: #fff3e0; --bad: #9b1c1c; --badback: #fdecec; --good: #1d6b3f; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 2rem 1.5rem; color: var(--ink); background: #fff;
  font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
h3 { font-size: 1.05rem; margin: 0; }
p { margin: .3rem 0; } .soft { color: var(--soft); } .use { color: var(--soft); border-top: 1px solid var(--line);
  margin-top: 2.5rem; padding-top: 1rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .5rem; font-size: 14px; text-align: right;
  border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; color: var(--soft); } th:first-child, td:first-child, .text { text-align: left; }
td.text { white-space: normal; min-width: 8rem; }
.mark { border-radius: .3rem; padding: .05rem .45rem; font-size: .85rem; white-space: nowrap; }
.note { background: var(--warnback); color: var(--warn); } .reject { background: var(--badback); color: var(--bad); }
.good { color: var(--good); }
article { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 0 0 1rem;
  break-inside: avoid; }
.plots { margin-top: 1rem; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; }
.plots svg { max-width: 100%; height: auto; }
PLOTS
@media (max-width: 40rem) { body { padding: 1rem; } .plots { display: block; overflow-x: auto; }
  .plots svg { max-width: none; } td:first-child { white-space: normal; } }
@media print { body { padding: 0; } }
""".replace("PLOTS", PLOT_STYLE)


def report_html(report: EmgReport, traces: Sequence[Trace]) -> str:
    """Return the report as the text of one HTML file."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    live = [(channel, trace) for channel, trace in zip(report.channels, traces, strict=True)]
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>EMG report: {escape(file_name(report))}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>EMG report</h1><p>{escape(subtitle(report))}</p>",
        _missing(report),
        muscle_part(report),
        "<h2>Channels</h2>" + _channel_table(report.channels),
        f'<h2>Traces</h2><p class="soft">{TRACE_NOTE}</p>'
        + "".join(_article(report, channel, trace) for channel, trace in live if channel.rms is not None),
        _extra(report),
        _pair_part(report),
        f'<p class="use">{escape(report.evidence)}</p>',
        '<p class="soft">Decision support for licensed clinicians who can review the basis of every number. Not a '
        f"medical device; not validated in patients. Reprieve {escape(report.version)}.</p></main></body></html>",
    ]
    return "".join(parts)


def _missing(report: EmgReport) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in problem_lines(report))
    return f"<h2>What to look at first</h2><ul>{lines}</ul>" if lines else ""


def _extra(report: EmgReport) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in extra_lines(report))
    return f"<h2>Reflexes and movement</h2><ul>{lines}</ul>" if lines else ""


def _channel_table(channels: Sequence[ChannelReport]) -> str:
    heads = (
        "Channel",
        "Muscle",
        "Quality",
        "RMS",
        "Median Hz",
        "Mean Hz",
        "Contractions",
        "Bursts/s",
        "Turns/s",
        "mV per turn",
        "Tremor Hz",
    )
    head = "".join(f'<th scope="col"{_text_class(i)}>{text}</th>' for i, text in enumerate(heads))
    listed, rest = rows_and_rest(channels)
    rows = "".join(_channel_row(channel) for channel in listed)
    left = f'<p class="soft">{escape(rest)}</p>' if rest else ""
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{left}'


def _channel_row(channel: ChannelReport) -> str:
    muscle = " ".join(part for part in (channel.side, (channel.muscle or "").replace("_", " ")) if part)
    rms = "–" if channel.rms is None else f"{channel.rms:.3g} {escape(channel.unit.replace('uV', 'µV'))}"
    cells = (
        escape(channel.name),
        escape(muscle) or "–",
        _mark(channel),
        rms,
        shown(channel.median_frequency_hz),
        shown(channel.mean_frequency_hz),
        "–" if channel.contractions is None else str(len(channel.contractions)),
        shown(channel.burst_rate_per_s, 2),
        shown(channel.turns_per_s, 4),
        shown(channel.mean_amplitude_per_turn),
        shown(channel.tremor_peak_hz),
    )
    return "<tr>" + "".join(f"<td{_text_class(i)}>{cell}</td>" for i, cell in enumerate(cells)) + "</tr>"


def _text_class(column: int) -> str:
    return ' class="text"' if column in (1, 2) else ""


def _mark(channel: ChannelReport) -> str:
    words = quality_words(channel)
    if words == "good":
        return '<span class="good">good</span>'
    if not channel.quality.problems:
        return f'<span class="soft">{words}</span>'
    kind = "reject" if channel.quality.verdict == "reject" else "note"
    return f'<span class="mark {kind}">{escape(words)}</span>'


def _article(report: EmgReport, channel: ChannelReport, trace: Trace) -> str:
    plots = trace_svg(channel, trace, report.epochs, report.annotations) + (
        spectrum_svg(channel, trace) if trace.power is not None else ""
    )
    return (
        f'<article><h3>{escape(channel.name)}</h3><p class="soft">{escape(channel_words(channel))}</p>'
        f'<div class="plots">{plots}</div></article>'
    )


def _pair_part(report: EmgReport) -> str:
    related = [pair for pair in report.pairs if pair.coherence is not None]
    if not related:
        return f'<h2>Pairs</h2><p class="soft">{escape(no_pairs_words(report))}</p>'
    heads = ("Pair", "Highest at Hz", "Coherence", "95 % interval", "Limit", "4–7 Hz", "p (Holm)", "Crosstalk")
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(map(_pair_row, related))}</tbody></table>"
    # Beyond a dozen curves the table says it better.
    curves = "".join(
        f"<article><h3>{escape(' and '.join(pair.channels))}</h3>{coherence_svg(pair)}</article>"
        for pair in related[:12]
    )
    note = f'<p class="soft">{PAIR_NOTE}</p>'
    matrix = coherence_matrix_svg(related)
    shown_matrix = f'<div class="wide">{matrix}</div>' if matrix else ""
    return f'<h2>Pairs</h2>{note}{shown_matrix}<div class="wide">{table}</div><div class="plots">{curves}</div>'


def _pair_row(pair: PairReport) -> str:
    interval = "–" if pair.peak_interval is None else f"{pair.peak_interval[0]:.2f}–{pair.peak_interval[1]:.2f}"
    crosstalk = "–" if pair.crosstalk is None else "likely" if pair.crosstalk else "no"
    probability = pair.adjusted_probability_4_7_hz
    cells = (
        escape(" – ".join(pair.channels)),
        shown(pair.peak_frequency_hz),
        shown(pair.peak_coherence),
        interval,
        shown(pair.limit),
        shown(pair.coherence_4_7_hz),
        "–" if probability is None else "&lt; 0.001" if probability < 0.001 else f"{probability:.3f}",
        crosstalk,
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
