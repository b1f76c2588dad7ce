/** The course of the animation: the share of nerve endings that work, by week, as the muscle model has it. */
import weeks from "./weeks.json";

export type Chapter = "before" | "coming" | "resting" | "returning";

export function lastWeek(): number {
  return weeks.working.length - 1;
}

export function working(week: number): number {
  return weeks.working[Math.max(0, Math.min(week, lastWeek()))] ?? 1;
}

/** A muscle that rests gets thinner: the pull is a little less than the endings that work. */
export function tension(week: number): number {
  const rested = Math.min(week, 8) / 8;
  return working(week) * (1 - 0.2 * rested * (1 - working(week)));
}

export function chapterOf(week: number): Chapter {
  if (week === 0) return "before";
  if (week <= 2) return "coming";
  const least = Math.min(...weeks.working);
  const half = (1 + least) / 2;
  return working(week) < least + 0.15 && working(week) < half ? "resting" : "returning";
}
