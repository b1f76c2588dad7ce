"""Draw the panels of forearm and hand: `tools/draw_arm_panels.py` writes both into the reference data.

Own schematic drawings, by eye, for orientation only: nothing is measured from them. The arms hang in the anatomical
position (palm to the front), so the thumb is on the outer side in both views; the half at the viewer's left is drawn
and the other one is its mirror image. data-side is the patient's side.
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "src" / "reprieve" / "reference" / "data" / "anatomy" / "bodymap"
WIDTH, HEIGHT = 400, 640

Shape = tuple[str, float, float, float, float, float]
"""Muscle, middle (x, y), half width, half length, turn in degrees; what lies deep stands before what covers it."""

PALM_SIDE: tuple[Shape, ...] = (
    ("pronator_quadratus", 104, 345, 24, 17, 0),
    ("flexor_pollicis_longus", 86, 268, 8, 80, -3),
    ("flexor_digitorum_profundus", 126, 232, 13, 108, 4),
    ("flexor_digitorum_superficialis", 108, 238, 15, 92, 5),
    ("flexor_carpi_ulnaris", 137, 196, 8, 138, 5),
    ("palmaris_longus", 122, 186, 6, 118, 8),
    ("flexor_carpi_radialis", 110, 178, 8, 118, 12),
    ("pronator_teres", 108, 110, 10, 76, 26),
    ("brachioradialis", 73, 132, 10, 100, 1),
    ("palmar_interossei", 97, 452, 4, 24, 2),
    ("palmar_interossei", 111, 454, 4, 24, -1),
    ("palmar_interossei", 124, 450, 4, 23, -4),
    ("opponens_digiti_minimi_hand", 131, 418, 7, 30, -4),
    ("opponens_pollicis", 79, 410, 8, 27, 30),
    ("adductor_pollicis", 93, 444, 23, 11, -14),
    ("flexor_digiti_minimi_hand", 126, 428, 6, 30, -3),
    ("abductor_digiti_minimi_hand", 140, 426, 7, 36, -5),
    ("flexor_pollicis_brevis", 86, 420, 8, 25, 32),
    ("abductor_pollicis_brevis", 72, 416, 8, 28, 28),
    ("lumbricals_hand", 86, 482, 4, 17, 4),
    ("lumbricals_hand", 101, 485, 4, 18, 1),
    ("lumbricals_hand", 116, 484, 4, 18, -2),
    ("lumbricals_hand", 130, 479, 4, 17, -5),
)
BACK: tuple[Shape, ...] = (
    ("supinator", 88, 96, 12, 50, 14),
    ("extensor_indicis", 112, 306, 6, 46, 8),
    ("extensor_pollicis_longus", 104, 276, 6, 64, 10),
    ("extensor_pollicis_brevis", 86, 312, 6, 46, 4),
    ("abductor_pollicis_longus", 92, 262, 7, 72, 8),
    ("anconeus", 128, 66, 8, 36, -18),
    ("extensor_carpi_ulnaris", 134, 200, 9, 130, 3),
    ("extensor_digiti_minimi", 121, 218, 5, 110, 2),
    ("extensor_digitorum", 107, 190, 10, 124, 1),
    ("extensor_carpi_radialis_brevis", 90, 176, 7, 112, -2),
    ("extensor_carpi_radialis_longus", 77, 150, 8, 104, -2),
    ("brachioradialis", 64, 132, 7, 96, -2),
    ("dorsal_interossei_hand", 98, 446, 6, 30, 2),
    ("dorsal_interossei_hand", 112, 448, 6, 30, -1),
    ("dorsal_interossei_hand", 126, 444, 6, 29, -4),
    ("first_dorsal_interosseous", 80, 440, 8, 30, 10),
    ("abductor_digiti_minimi_hand", 142, 428, 5, 34, -6),
)
FOREARM = "M58 30C52 96 60 190 76 300L80 376L132 376C136 330 148 250 152 150C154 96 152 60 148 30Z"
PALM = "M80 372C70 392 66 420 70 452C72 476 74 492 76 504L142 500C148 476 152 440 148 412C146 392 140 380 132 372Z"
THUMB = "M74 398C58 410 42 434 34 462C30 478 38 488 48 482C60 472 72 454 80 436Z"
FINGERS = (
    "M76 500C74 530 72 560 74 584C76 596 90 596 92 584C94 556 94 528 94 500Z",
    "M95 500C94 540 94 574 96 602C98 614 111 614 112 602C113 574 113 536 112 500Z",
    "M113 500C114 536 114 566 115 590C117 602 129 602 130 590C131 564 130 532 129 500Z",
    "M130 500C131 522 133 546 134 562C136 573 146 572 147 561C147 540 144 516 142 498Z",
)


def drawing(label: str, shapes: tuple[Shape, ...], sides: tuple[str, str]) -> str:
    """Return one panel; `sides` are the patient's sides at the viewer's left and right."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">',
        "<!-- Own schematic drawing, CC0; made by tools/draw_arm_panels.py. data-side is the PATIENT's side. -->",
    ]
    for side, group in zip(sides, ("", f' transform="translate({WIDTH} 0) scale(-1 1)"'), strict=True):
        lines.append(f"<g{group}>")
        lines += [f'<path class="outline" d="{path}"/>' for path in (FOREARM, THUMB, *FINGERS, PALM)]
        lines += [_ellipse(number, shape, side) for number, shape in enumerate(shapes)]
        lines.append("</g>")
    return "\n".join([*lines, "</svg>", ""])


def _ellipse(number: int, shape: Shape, side: str) -> str:
    muscle, x, y, wide, long, turn = shape
    return (
        f'<ellipse id="arm-{muscle}-{number}-{side}" data-muscle="{muscle}" data-side="{side}" '
        f'cx="{x:g}" cy="{y:g}" rx="{wide:g}" ry="{long:g}" transform="rotate({turn:g} {x:g} {y:g})"/>'
    )


def panels() -> dict[str, str]:
    """Return the SVG texts by name of the drawing."""
    return {
        "panel_arm_front": drawing("forearm and hand from the front, schematic", PALM_SIDE, ("right", "left")),
        "panel_arm_back": drawing("forearm and hand from the back, schematic", BACK, ("left", "right")),
    }


def main() -> int:
    """Write the panels."""
    for name, text in panels().items():
        (FOLDER / f"{name}.svg").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
