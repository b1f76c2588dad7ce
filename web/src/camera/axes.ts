/** The three angles of a head and how each is said; the sides are the patient's own. */
import { t } from "../words/words";
import type { Pose } from "./pose";

interface HeadAxis {
  id: keyof Pose;
  label: string;
  /** What stands at the low and at the high end. */
  ends: readonly [string, string];
}

export const HEAD_AXES: readonly [HeadAxis, HeadAxis, HeadAxis] = [
  { id: "turn", label: "Head turned to", ends: ["right", "left"] },
  { id: "tilt", label: "Head tilted to", ends: ["right", "left"] },
  { id: "nod", label: "Head bent", ends: ["back", "forward"] },
];

/** "18° left", "straight" below half a degree. */
export function angleInWords(axis: HeadAxis, value: number): string {
  const whole = Math.round(value);
  if (whole === 0) return t("straight");
  return t("{n}° {end}", { n: Math.abs(whole), end: t(axis.ends[whole < 0 ? 0 : 1]) });
}
