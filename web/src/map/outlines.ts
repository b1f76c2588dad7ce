/**
 * Head, neck and shoulders behind the muscles of the neck panels, drawn for this project by eye around the ellipses of the
 * neck model (same millimetres): orientation only, nothing is measured from them. Midline 0; the front is at positive x in
 * the side view.
 */
export interface Outline {
  viewBox: [number, number, number, number];
  /** Filled shapes, from back to front. */
  fills: string[];
  /** Landmarks: ear, jaw, collar bones, hair line. */
  lines: string[];
}

/** The same half twice, so that right and left cannot differ. */
const bothSides = (half: (side: 1 | -1) => string): string[] => [half(1), half(-1)];

const NECK = [
  "M-136 -440C-134 -500 -124 -522 -100 -532C-78 -541 -68 -552 -67 -578",
  "C-66 -602 -66 -615 -66 -640L66 -640C66 -615 66 -602 67 -578",
  "C68 -552 78 -541 100 -532C124 -522 134 -500 136 -440Z",
].join("");
const SKULL = [
  "M0 -782C46 -782 78 -752 79 -706C80 -676 74 -650 66 -630",
  "C54 -622 28 -618 0 -618C-28 -618 -54 -622 -66 -630C-74 -650 -80 -676 -79 -706C-78 -752 -46 -782 0 -782Z",
].join("");
const FACE = [
  "M0 -782C46 -782 77 -752 78 -706C78 -668 70 -628 58 -602C46 -582 22 -566 0 -566",
  "C-22 -566 -46 -582 -58 -602C-70 -628 -78 -668 -78 -706C-77 -752 -46 -782 0 -782Z",
].join("");
const SIDE = [
  "M-86 -440C-84 -486 -76 -506 -66 -522C-58 -548 -60 -580 -66 -604C-92 -622 -112 -662 -110 -702",
  "C-106 -752 -62 -782 -6 -782C54 -782 88 -754 92 -714C93 -702 90 -694 91 -686C98 -672 108 -660 109 -652",
  "C109 -646 102 -644 98 -642C100 -634 99 -628 96 -624C99 -616 97 -610 95 -606C98 -594 98 -576 84 -566",
  "C70 -560 56 -560 50 -554C46 -532 54 -506 66 -486C76 -470 82 -456 84 -440Z",
].join("");

export const OUTLINES: Readonly<Record<string, Outline>> = {
  panel_neck_back: {
    viewBox: [-140, -790, 280, 352],
    fills: [NECK, SKULL],
    lines: bothSides(
      (side) =>
        `M${side * 78} -672c${side * 10} -12 ${side * 16} 8 ${side * 8} 24s${side * -14} 8 ${side * -14} 0`,
    ),
  },
  panel_neck_front: {
    viewBox: [-140, -790, 280, 352],
    fills: [NECK, FACE],
    lines: [
      ...bothSides((side) => `M${side * 16} -484C${side * 50} -498 ${side * 84} -500 ${side * 116} -518`),
      ...bothSides((side) => `M${side * 18} -690c${side * 6} -7 ${side * 18} -7 ${side * 26} 0`),
      "M-4 -672c-6 18 -12 26 -2 30h12c6 -2 5 -6 3 -10",
      "M-20 -616c12 6 28 6 40 0",
    ],
  },
  panel_neck_right_lateral: {
    viewBox: [-124, -790, 246, 352],
    fills: [SIDE],
    lines: [
      "M-8 -676c-14 0 -18 18 -10 32s18 8 20 -4s4 -28 -10 -28Z",
      "M66 -694c6 -5 14 -5 20 -1",
      "M96 -624c-6 2 -12 2 -16 0",
      "M2 -630C10 -600 40 -580 84 -566",
    ],
  },
};
