"""What all drawings share: the library when it is there, quiet axes, colours that colour-blind readers tell apart."""

from __future__ import annotations

from typing import Any

from reprieve.core.errors import SetupError

# Okabe and Ito's set, in an order that keeps neighbours apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
GREY = "#6b7280"
SIZE_INCHES = (7.0, 4.2)


def new_figure(title: str, *, width: float = SIZE_INCHES[0], height: float = SIZE_INCHES[1]) -> tuple[Any, Any]:
    """Return a figure and its axes, not tied to any window.

    Raises
    ------
    SetupError
        If matplotlib is missing.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise SetupError("drawing needs matplotlib; pip install 'reprieve[plots]'") from None
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=11)
    quiet(axes)
    return figure, axes


def quiet(axes: Any) -> None:
    """Take away what carries no information."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=9)
    axes.grid(axis="y", color="#e5e7eb", linewidth=0.8)
    axes.set_axisbelow(True)


def save(figure: Any, path: str) -> None:
    """Write `figure` to `path`; the ending tells the format, and the same figure gives the same SVG bytes."""
    import matplotlib

    metadata = {"Date": None} if path.endswith(".svg") else None
    try:
        with matplotlib.rc_context({"svg.hashsalt": "reprieve", "svg.fonttype": "none"}):
            figure.savefig(path, metadata=metadata, dpi=150)
    except OSError as error:
        raise SetupError(f"cannot write {path}: {error.strerror or error}; choose another place") from None
    except ValueError as error:
        raise SetupError(f"cannot write {path}: {error}; end the name in .svg, .png or .pdf") from None
