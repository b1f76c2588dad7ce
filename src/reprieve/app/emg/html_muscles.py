"""The table of muscles of the EMG report: class, score and what speaks for it, in words."""

from __future__ import annotations

from html import escape

from reprieve.app.emg.report import EmgReport, MuscleReport
from reprieve.emg.bootstrap import Estimate


def muscle_part(report: EmgReport) -> str:
    """Return the section on muscles, the surest evidence first; what to do to get one when there is none."""
    if not report.muscles:
        return f'<h2>Muscles</h2><p class="soft">{escape(missing_words(report))}</p>'
    heads = ("Muscle", "Class", "Score", "Activity, % of best effort", "What was seen")
    head = "".join(f'<th scope="col"{_text(i)}>{text}</th>' for i, text in enumerate(heads))
    rows = "".join(_row(one) for one in report.muscles)
    return (
        f'<h2>Muscles</h2><p class="soft">{escape(missing_words(report))}</p>'
        f'<div class="wide"><table><thead><tr>{head}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def missing_words(report: EmgReport) -> str:
    """Return how the muscles are ranked and which epochs were not recorded, or why no muscle is judged."""
    if not report.muscles:
        return "No channel is mapped to a muscle, so no muscle is judged; name muscles and sides with --channels."
    kinds = {epoch.kind for epoch in report.epochs}
    missing = [kind for kind in ("rest", "posture", "opposite", "trick", "maximal") if kind not in kinds]
    left = f" Not recorded: {', '.join(missing)}." if missing else ""
    return (
        "Ranked by the lower limit of the score. The weights are expert defaults, not validated in patients "
        f"(version {report.weights_version}).{left}"
    )


def shown(value: float | None, digits: int = 3) -> str:
    """Return a figure with `digits` that count, an en dash for None."""
    if value is None:
        return "–"
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text else text


def _row(one: MuscleReport) -> str:
    name = " ".join(part for part in (one.side, one.muscle.replace("_", " ")) if part)
    activity = "<br>".join(f"{escape(kind)} {_estimate(figure)}" for kind, figure in one.activity.items())
    score = shown(one.score.score, 2)
    if one.score.low is not None and one.score.high is not None:
        score += f" ({one.score.low:.2f}–{one.score.high:.2f})"
    cells = (escape(name), one.score.muscle_class, score, activity or "–", "; ".join(muscle_words(one)) or "–")
    return "<tr>" + "".join(f"<td{_text(i)}>{cell}</td>" for i, cell in enumerate(cells)) + "</tr>"


def _text(column: int) -> str:
    return ' class="text"' if column in (1, 4) else ""


def _estimate(figure: Estimate) -> str:
    if figure.low is None or figure.high is None:
        return f"{figure.value:.1f}"
    return f"{figure.value:.1f} ({figure.low:.1f}–{figure.high:.1f})"


def muscle_words(one: MuscleReport) -> list[str]:
    """Return what was seen of a muscle, a few words each."""
    words: list[str] = []
    if one.effort_was_maximal is False:
        asked = "maximal" in one.activity
        words.append(("stronger than in the maximal effort" if asked else "no maximal effort") + ": activity not used")
    if one.sustained_fraction is not None:
        words.append(f"sustained {100 * one.sustained_fraction:.0f} % of the time")
    if one.lead_s is not None and one.lead_s.high is not None and one.lead_s.high < 0:
        words.append(f"leads by {-1000 * one.lead_s.value:.0f} ms")
    if one.compensatory:
        words.append("works against the posture")
    elif one.paradox is not None:
        words.append(f"opposite move {100 * one.paradox.value:.0f} % of posture")
    if one.trick is not None:
        words.append(f"trick takes off {100 * one.trick.value:.0f} %")
    if one.turns_per_s is not None:
        words.append(f"{one.turns_per_s:.0f} turns/s at rest")
    if one.coherent_4_7_hz:
        words.append("shares a 4–7 Hz drive with another muscle")
    return words
