"""Drawings of the EMG report as inline SVG, styled by the classes of `PLOT_STYLE`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

import numpy as np

from reprieve.app.emg.channels import Epoch
from reprieve.app.emg.report import ChannelReport, PairReport, Trace
from reprieve.interop.recording import Annotation

PLOT_STYLE = (
    'svg text { font: 11px system-ui, "Libertinus Serif", "DejaVu Sans", sans-serif; fill: #55606f; } '
    ".axis { stroke: #d8dee6; fill: none; } .raw { fill: #8aa0b6; stroke: none; } "
    ".envelope { stroke: #1f5f99; fill: none; stroke-width: 1.3; } .on { fill: #dcebf7; } "
    ".limit { stroke: #9b1c1c; stroke-dasharray: 4 3; fill: none; } .tremor { fill: #eef1f5; } "
    ".epoch { fill: #0b4f5c; fill-opacity: 0.18; } .marker { stroke: #55606f; } "
    ".cell { fill: #1f5f99; } .over { stroke: #1c2430; fill: none; }"
)
_WIDE, _NARROW, _HIGH = 640, 320, 150
_LEFT, _BOTTOM, _TOP = 46, 22, 8
_EPOCH, _MOST_MARKERS = 13, 200
_VOLTS = {"V": 1.0, "mV": 1e-3, "uV": 1e-6, "nV": 1e-9}


def trace_svg(
    channel: ChannelReport, trace: Trace, epochs: Sequence[Epoch] = (), annotations: Sequence[Annotation] = ()
) -> str:
    """Return the record as a band of extremes, with contractions shaded and the envelope over it.

    Epochs that concern the channel are bars above, markers of the file ticks below.
    """
    epochs = [one for one in epochs if one.muscle in (None, channel.muscle) and one.side in (None, channel.side)]
    above = _TOP + (_EPOCH if epochs else 0)
    width, height = _WIDE - _LEFT, _HIGH - _BOTTOM - above
    # An odd sample must not flatten the rest: the drawing clips at the outer 0.1 %.
    bottom, top = float(np.percentile(trace.low, 0.1)), float(np.percentile(trace.high, 99.9))
    centre = float(np.median((trace.low + trace.high) / 2))
    span = max(top - centre, centre - bottom, 1e-30)

    def at(value: float) -> float:
        return round(above + height / 2 * (1 - max(-1.0, min(1.0, (value - centre) / span))), 1)

    def x_of(time_s: float) -> float:
        return round(_LEFT + width * (time_s - channel.start_s) / max(channel.length_s, 1e-9), 1)

    step = width / max(1, len(trace.low))
    upper = [f"{_LEFT + step * (i + 0.5):.1f},{at(v)}" for i, v in enumerate(trace.high)]
    lower = [f"{_LEFT + step * (i + 0.5):.1f},{at(v)}" for i, v in enumerate(trace.low)]
    shades = "".join(
        f'<rect class="on" x="{x_of(one.onset_s)}" y="{above}" height="{height}" '
        f'width="{max(0.5, x_of(one.offset_s) - x_of(one.onset_s)):.1f}"/>'
        for one in channel.contractions or ()
    )
    curve = ""
    if trace.envelope is not None and len(trace.envelope) > 1:
        points = ((channel.start_s + i / trace.envelope_rate_hz, v) for i, v in enumerate(trace.envelope))
        curve = f'<polyline class="envelope" points="{" ".join(f"{x_of(t)},{at(centre + v)}" for t, v in points)}"/>'
    words = f"Trace of {escape(channel.name)} with its envelope"
    if channel.contractions is not None:
        words += f" and {len(channel.contractions)} contractions shaded"
    return (
        _open(_WIDE, words)
        + shades
        + f'<polygon class="raw" points="{" ".join(upper + lower[::-1])}"/>'
        + curve
        + _time_axis(channel.start_s, channel.start_s + channel.length_s, width)
        + "".join(_epoch(one, x_of) for one in epochs)
        + "".join(
            f'<path class="marker" d="M{x_of(one.onset_s)} {_HIGH - _BOTTOM - 5}v5"/>'
            for one in annotations[:_MOST_MARKERS]
            if channel.start_s <= one.onset_s <= channel.start_s + channel.length_s
        )
        + _amplitude_axis(span, trace.unit, lambda value: at(centre + value))
        + "</svg>"
    )


def _epoch(epoch: Epoch, x_of: Callable[[float], float]) -> str:
    left, right = (min(max(x_of(time), _LEFT), _WIDE) for time in (epoch.start_s, epoch.stop_s))
    if right <= left:
        return ""
    # A word that does not fit would cover its neighbour.
    word = epoch.kind if right - left > 6.5 * len(epoch.kind) else ""
    return (
        f'<rect class="epoch" x="{left}" y="2" width="{right - left:.1f}" height="{_EPOCH}">'
        f"<title>{epoch.kind}</title></rect>"
        f'<text x="{left + 3}" y="{_EPOCH - 1}">{word}</text>'
    )


def _amplitude_axis(span: float, unit: str, y_of: Callable[[float], float]) -> str:
    """Return ticks at a round amplitude above and below the middle, with its unit."""
    volts = _VOLTS.get(unit)
    shown = next((one for one in ("mV", "uV", "nV") if volts and span * volts >= _VOLTS[one]), "nV") if volts else unit
    factor = volts / _VOLTS[shown] if volts else 1.0
    size = 10.0 ** np.floor(np.log10(0.95 * span * factor))
    tick = next(step * size for step in (5, 2, 1) if step * size <= 0.95 * span * factor)
    marks = "".join(
        f'<path class="axis" d="M{_LEFT - 4} {y_of(sign * tick / factor)}h4"/>'
        f'<text x="{_LEFT - 6}" y="{y_of(sign * tick / factor) + 4}" text-anchor="end">{minus}{tick:g}</text>'
        for sign, minus in ((1, ""), (-1, "−"))
    )
    middle = escape(shown.replace("uV", "µV"))[:7]
    return marks + f'<text x="{_LEFT - 6}" y="{y_of(0.0) + 4}" text-anchor="end">{middle}</text>'


def spectrum_svg(channel: ChannelReport, trace: Trace) -> str:
    """Return the power spectrum of the EMG band with its median frequency."""
    frequency, power = trace.frequency_hz, trace.power
    if frequency is None or power is None or len(power) < 2 or not power.max() > 0:
        return ""
    every = max(1, len(power) // 600)
    points = [
        (float(f), float(p) / float(power.max())) for f, p in zip(frequency[::every], power[::every], strict=True)
    ]
    mark = ""
    if channel.median_frequency_hz is not None:
        x = _scale(channel.median_frequency_hz, points[0][0], points[-1][0])
        mark = f'<path class="limit" d="M{x} {_TOP}V{_HIGH - _BOTTOM}"/><text x="{x + 3}" y="{_TOP + 10}">median</text>'
    return (
        _open(_NARROW, f"Power spectrum of {escape(channel.name)}")
        + f'<polyline class="envelope" points="{_curve(points)}"/>'
        + mark
        + _frequency_axis(points[0][0], points[-1][0])
        + "</svg>"
    )


def coherence_svg(pair: PairReport) -> str:
    """Return the coherence of a pair with its limit; 4-7 Hz is shaded."""
    if pair.frequency_hz is None or pair.coherence is None or pair.limit is None:
        return ""
    first, last = pair.frequency_hz[0], pair.frequency_hz[-1]
    points = list(zip(pair.frequency_hz, pair.coherence, strict=True))
    left, right = _scale(4, first, last), _scale(7, first, last)
    y = _level(pair.limit)
    return (
        _open(_NARROW, f"Coherence of {escape(' and '.join(pair.channels))}")
        + f'<rect class="tremor" x="{left}" y="{_TOP}" width="{right - left:.1f}" height="{_HIGH - _BOTTOM - _TOP}"/>'
        + f'<polyline class="envelope" points="{_curve(points)}"/>'
        + f'<path class="limit" d="M{_LEFT} {y}H{_NARROW}"/>'
        + f'<text x="22" y="{_TOP + 8}">1</text><text x="22" y="{_HIGH - _BOTTOM}">0</text>'
        + _frequency_axis(first, last)
        + "</svg>"
    )


def coherence_matrix_svg(pairs: Sequence[PairReport]) -> str:
    """Return the coherence at 4-7 Hz of every pair as a matrix; framed where it is above chance after correction."""
    names = list(dict.fromkeys(name for pair in pairs for name in pair.channels))
    if len(names) < 3:
        return ""
    size, left, top = 26, 110, 16
    parts: list[str] = []
    for row, name in enumerate(names):
        parts.append(f'<text x="{left - 6}" y="{top + row * size + 17}" text-anchor="end">{escape(name[:16])}</text>')
        parts.append(f'<text x="{left + row * size + 8}" y="{top - 4}">{row + 1}</text>')
    for pair in pairs:
        value, chance = pair.coherence_4_7_hz, pair.adjusted_probability_4_7_hz
        if value is None:
            continue
        row, column = sorted((names.index(pair.channels[0]), names.index(pair.channels[1])), reverse=True)
        x, y = left + column * size, top + row * size
        box = f'x="{x}" y="{y}" width="{size - 2}" height="{size - 2}"'
        parts.append(f'<rect class="cell" {box} fill-opacity="{0.08 + 0.92 * min(1.0, value):.2f}"/>')
        if chance is not None and chance < 0.05:
            parts.append(f'<rect class="over" {box}/>')
        ink = ' style="fill:#fff"' if value > 0.5 else ""
        parts.append(f'<text x="{x + 2}" y="{y + 17}"{ink}>{value:.2f}</text>')
    wide, high = left + len(names) * size + 4, top + len(names) * size + 4
    words = "Coherence at 4 to 7 Hz of every pair; framed where above chance after correction for all pairs"
    head = f'<svg role="img" aria-label="{words}" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">'
    return head + "".join(parts) + "</svg>"


def _open(width: int, words: str) -> str:
    return f'<svg role="img" aria-label="{words}" viewBox="0 0 {width} {_HIGH}" width="{width}" height="{_HIGH}">'


def _scale(value: float, first: float, last: float) -> float:
    return round(_LEFT + (_NARROW - _LEFT - 6) * (value - first) / max(last - first, 1e-9), 1)


def _level(share: float) -> float:
    return round(_HIGH - _BOTTOM - (_HIGH - _BOTTOM - _TOP) * min(1.0, max(0.0, share)), 1)


def _curve(points: list[tuple[float, float]]) -> str:
    first, last = points[0][0], points[-1][0]
    return " ".join(f"{_scale(x, first, last)},{_level(y)}" for x, y in points)


def _frequency_axis(first: float, last: float) -> str:
    return _axis(((_scale(tick, first, last), f"{tick:g}") for tick in _ticks(first, last, 5)), _NARROW, "Hz")


def _time_axis(first: float, last: float, width: float) -> str:
    span = max(last - first, 1e-9)
    marks = ((round(_LEFT + width * (tick - first) / span, 1), f"{tick:g}") for tick in _ticks(first, last, 8))
    return _axis(marks, _WIDE, "s")


def _axis(marks: Iterable[tuple[float, str]], width: int, unit: str) -> str:
    y = _HIGH - _BOTTOM
    texts = "".join(
        f'<path class="axis" d="M{x} {y}v4"/><text x="{x}" y="{y + 15}" text-anchor="middle">{text}</text>'
        for x, text in marks
        if x < width - 18
    )
    return f'<path class="axis" d="M{_LEFT} {y}H{width}"/>{texts}<text x="{width - 14}" y="{y + 15}">{unit}</text>'


def _ticks(first: float, last: float, most: int) -> list[float]:
    span = last - first
    if not span > 0:
        return [first]
    raw = span / most
    size = 10.0 ** np.floor(np.log10(raw))
    step = next((size * factor for factor in (1, 2, 5, 10) if size * factor >= raw), size * 10)
    start = np.ceil(first / step) * step
    return [round(float(tick), 9) for tick in np.arange(start, last + step * 1e-6, step)]
