"""`reprieve emg RECORDING`: figures of every channel and pair, in text, JSON or as a report to open."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reprieve.app.emg.compare import Comparison, compare_reports
from reprieve.app.emg.html import report_html
from reprieve.app.emg.live import is_live, listen
from reprieve.app.emg.movement import MovementReport
from reprieve.app.emg.pdf import report_pdf
from reprieve.app.emg.piped import recording_file
from reprieve.app.emg.recording import (
    ChannelReport,
    EmgReport,
    MuscleReport,
    PairReport,
    Trace,
    report_recording,
    report_with_traces,
)
from reprieve.app.emg.replay import replay
from reprieve.app.emg.words import extra_lines
from reprieve.cli.output import print_json, print_table
from reprieve.core.errors import InputError, SetupError
from reprieve.emg.change import Change
from reprieve.emg.stream import StreamState

LIVE_BLOCKS = 10
_MAP_HELP = """\
a channel map in YAML says what each channel is, by the name that the file gives it:

  channels:
    EMG1: {muscle: sternocleidomastoid, side: left, kind: surface}
    EMG2: {muscle: splenius_capitis, side: right, kind: needle, unit: uV}
    ACC: {kind: movement}
  epochs:
    - {kind: rest, start_s: 0, stop_s: 30}
    - {kind: posture, start_s: 30, stop_s: 90}

  movement: {trunk: [TW, TX, TY, TZ], head: [HW, HX, HY, HZ], neutral: {start_s: 0, stop_s: 2}}
  stimulus: Hreflex   # text of the marker at each nerve stimulus: M wave and late wave of every channel
  angle: GON          # channel of the goniometer, for epochs of kind stretch

kinds of channel: surface, needle, movement, other
kinds of epoch: rest, posture, opposite, trick, maximal, isometric, mirror, stretch, needle, task
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _MAP_HELP
    parser.add_argument(
        "recording",
        metavar="RECORDING",
        help="EDF, EDF+, BDF, WFDB, Spike2, OpenSignals, C3D, CSV with units, or an EMG-BIDS folder; "
        "- for standard input; lsl:NAME with --live for an amplifier on the network",
    )
    parser.add_argument("--channels", metavar="MAP.yaml", help="which muscle, side and electrode each channel is")
    parser.add_argument(
        "--before", metavar="EARLIER", help="an earlier recording with the same map: how did each muscle change?"
    )
    parser.add_argument(
        "--live",
        metavar="CHANNEL",
        nargs="?",
        const="",
        help="play a channel in real time with needle figures (the name may be left out if only one carries EMG)",
    )
    parser.add_argument("--speed", type=float, default=1.0, help="of --live, times real time (default 1)")
    parser.add_argument(
        "--report", metavar="OUT.html", help="a report with drawings: a page for any browser, or .pdf to print"
    )


def run(args: argparse.Namespace) -> int:
    """Report on the recording, play it, or compare it with an earlier one."""
    if args.live is not None:
        return _live(args)
    if args.report and not args.report.lower().endswith((".html", ".htm", ".pdf")):
        raise InputError(f"the report {args.report} is no .html or .pdf; give it a name that ends so")
    with recording_file(args.recording) as path:
        report, traces = report_with_traces(path, args.channels, progress=_progress())
    if args.recording == "-":
        report = replace(report, recording="-")
    if args.report:
        _write_report(args.report, report, traces)
    comparison = None
    if args.before:
        comparison = compare_reports(report_recording(args.before, args.channels), report)
    if args.json:
        print_json(report if comparison is None else comparison)
    elif comparison is not None:
        _print_comparison(comparison)
    else:
        _print_report(report)
        if args.report:
            print(f"\nThe report is in {args.report}.")
    return 0


def _write_report(path: str, report: EmgReport, traces: Sequence[Trace]) -> None:
    made = report_pdf(report, traces) if path.lower().endswith(".pdf") else report_html(report, traces).encode()
    try:
        Path(path).write_bytes(made)
    except OSError as error:
        raise SetupError(f"cannot write {path}: {error.strerror or error}; choose another place") from None


def _print_movement(movement: MovementReport) -> None:
    print("\nHead against trunk, degrees (positive: left, right shoulder, chin up)")
    rows = [
        (name, _figure(movement.mean_deg.get(signed), 3), _figure(one.median_deg, 3), _figure(one.p90_deg, 3), step)
        for name, signed, one in (
            ("rotation", "rotation_left", movement.rotation),
            ("tilt", "tilt_right", movement.tilt),
            ("ante-/retrocollis", "extension", movement.extension),
        )
        if one is not None
        for step in (None if one.twstrs_like is None else str(one.twstrs_like),)
    ]
    print_table(rows, ("", "mean", "median size", "90th centile", "step like the TWSTRS form"))
    print("The step stands beside the rater's item, never instead of it.")


def _live(args: argparse.Namespace) -> int:
    """Print ten lines a second (as JSON lines with --json) until the recording ends or the user stops it."""
    try:
        every = 0
        for state, late_s in _states(args):
            every += 1
            if every % LIVE_BLOCKS:
                continue
            spike = state.last_spike[0]
            row = {
                "time_s": round(state.time_s, 3),
                "rms_uv": float(state.rms_uv[0]),
                "turns_per_s": float(state.turns_per_s[0]),
                "spikes_per_s": float(state.spikes_per_s[0]),
                "peak_uv": spike.peak_uv if spike else None,
                "rise_us": spike.rise_us if spike else None,
                "verdict": state.verdict[0],
                "late_ms": 1e3 * late_s,
            }
            print(json.dumps(row) if args.json else _live_line(row), flush=True)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return 0


def _states(args: argparse.Namespace) -> Iterator[tuple[StreamState, float]]:
    if is_live(args.recording):
        return listen(args.recording, args.live or None)
    return replay(args.recording, args.live or None, now=time.monotonic, wait=time.sleep, speed=args.speed)


def _live_line(row: dict[str, Any]) -> str:
    rise = "     –" if row["rise_us"] is None else f"{row['rise_us']:6.0f}"
    peak = "     –" if row["peak_uv"] is None else f"{row['peak_uv']:6.0f}"
    return (
        f"{row['time_s']:8.1f} s  {row['rms_uv']:7.1f} uV  {row['turns_per_s']:5.0f} turns/s  "
        f"{row['spikes_per_s']:4.0f} spikes/s  peak {peak} uV  rise {rise} us  {row['verdict'].replace('_', ' ')}"
    )


def _print_comparison(comparison: Comparison) -> None:
    print(f"{comparison.before} -> {comparison.after}\n")
    rows: list[tuple[object, ...]] = []
    for one in comparison.muscles:
        before, after = f"{one.before_percent:.1f}", f"{one.after_percent:.1f}"
        rows.append((one.muscle, one.side, one.epoch, before, after, *_change_cells(one.change, one.note)))
    print_table(rows, ("muscle", "side", "epoch", "before %", "after %", "ratio", "95 %", "detectable fall", ""))
    if comparison.figures:
        figures = [
            (one.muscle, one.side, one.figure, _figure(one.before, 3), _figure(one.after, 3), one.unit)
            for one in comparison.figures
        ]
        told = [_change_cells(one.change, one.note) for one in comparison.figures]
        heads = ("muscle", "side", "figure", "before", "after", "unit", "ratio", "95 %", "detectable fall", "")
        print_table([(*row, *cells) for row, cells in zip(figures, told, strict=True)], heads)
    for name in comparison.only_before:
        print(f"Only before: {name}")
    for name in comparison.only_after:
        print(f"Only after: {name}")
    print(f"\n{comparison.caution}")


def _change_cells(found: Change, note: str | None) -> tuple[object, ...]:
    """Return ratio, interval, smallest detectable fall and words of a change."""
    interval = None if found.low is None or found.high is None else f"{found.low:.2f} to {found.high:.2f}"
    smallest = None if found.detectable_percent is None else f"{found.detectable_percent:.0f} %"
    words = found.verdict.replace("_", " ") if found.ratio is not None else ""
    return _figure(found.ratio, 2), interval, smallest, "; ".join(part for part in (words, note) if part)


def _progress():
    if not sys.stderr.isatty():
        return None

    def show(done: int, every: int, name: str) -> None:
        bar = "#" * (20 * done // max(1, every))
        sys.stderr.write(f"\r[{bar:<20}] {name[:40]:<40}" + ("\r" + " " * 64 + "\r" if done == every else ""))
        sys.stderr.flush()

    return show


def _print_report(report: EmgReport) -> None:
    print(f"{report.recording} ({report.format}, {report.length_s:.1f} s)\n")
    print_table([_channel_row(one) for one in report.channels], _HEAD)
    for channel in report.channels:
        for problem in channel.quality.problems:
            print(f"\n{channel.name}: {problem.problem}, {problem.message}; {problem.advice}", end="")
    print()
    for channel in report.channels:
        if channel.contractions:
            times = "  ".join(f"{one.onset_s:.2f}-{one.offset_s:.2f}" for one in channel.contractions)
            print(f"\nContractions of {channel.name} (s): {times}")
    pairs = [pair for pair in report.pairs if pair.coherence is not None]
    if pairs:
        print("\nCoherence")
        print_table([_pair_row(pair) for pair in pairs], _PAIR_HEAD)
    if report.muscles:
        print("\nMuscles, the surest evidence first (score: expert weights, not validated)")
        print_table([_muscle_row(one) for one in report.muscles], _MUSCLE_HEAD)
    if report.movement:
        _print_movement(report.movement)
    for line in extra_lines(report):
        print(f"\n{line}", end="")
    for note in report.notes:
        print(f"\nNote: {note}")
    print(f"\n{report.evidence}")


_HEAD = (
    "channel",
    "kind",
    "quality",
    "rms",
    "unit",
    "median Hz",
    "mean Hz",
    "contractions",
    "bursts/s",
    "turns/s",
    "mV/turn",
    "tremor Hz",
)
_PAIR_HEAD = ("channels", "peak Hz", "coherence", "limit", "4-7 Hz", "p (Holm)", "crosstalk")


_MUSCLE_HEAD = ("muscle", "side", "class", "score", "activity, % of best", "sustained", "leads", "paradox", "maximal")


def _muscle_row(one: MuscleReport) -> tuple[object, ...]:
    activity = "  ".join(f"{kind} {estimate.value:.1f}" for kind, estimate in one.activity.items())
    lead = one.lead_s
    return (
        one.muscle,
        one.side,
        one.score.muscle_class,
        _figure(one.score.score, 2),
        activity or None,
        None if one.sustained_fraction is None else f"{100 * one.sustained_fraction:.0f} %",
        None if lead is None or lead.high is None else "yes" if lead.high < 0 else "no",
        _figure(one.paradox.value if one.paradox else None, 2),
        None if one.effort_was_maximal is None else "yes" if one.effort_was_maximal else "no",
    )


def _channel_row(one: ChannelReport) -> tuple[object, ...]:
    words = ", ".join(problem.problem for problem in one.quality.problems) or "good"
    return (
        one.name,
        one.kind,
        words if one.kind != "other" else None,
        _figure(one.rms, 3),
        one.unit or None,
        _figure(one.median_frequency_hz, 3),
        _figure(one.mean_frequency_hz, 3),
        None if one.contractions is None else len(one.contractions),
        _figure(one.burst_rate_per_s, 2),
        _figure(one.turns_per_s, 4),
        _figure(one.mean_amplitude_per_turn, 3),
        _figure(one.tremor_peak_hz, 3),
    )


def _pair_row(pair: PairReport) -> tuple[object, ...]:
    return (
        f"{pair.channels[0]} - {pair.channels[1]}",
        _figure(pair.peak_frequency_hz, 3),
        _figure(pair.peak_coherence, 3),
        _figure(pair.limit, 3),
        _figure(pair.coherence_4_7_hz, 3),
        _figure(pair.adjusted_probability_4_7_hz, 2),
        None if pair.crosstalk is None else "likely" if pair.crosstalk else "no",
    )


def _figure(value: float | None, digits: int) -> str | None:
    if value is None:
        return None
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text else text
