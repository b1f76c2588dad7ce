/** The days after an injection on which side effects are asked for: they come within hours to weeks. */
import { daysBetween, today } from "../numbers/dates";

const DAYS = [3, 7, 14] as const;
const LATE_BY = 2;
const KEY = "reprieve.phone.asked";

/** The day that is asked about now (also up to two days late), or null. */
export function askedDay(last: string | null, now = today()): number | null {
  if (!last) return null;
  const since = daysBetween(last, now);
  return DAYS.find((day) => since >= day && since <= day + LATE_BY) ?? null;
}

export function wasAsked(last: string, day: number): boolean {
  try {
    return localStorage.getItem(KEY) === `${last} ${day}`;
  } catch {
    return false;
  }
}

export function markAsked(last: string, day: number): void {
  try {
    localStorage.setItem(KEY, `${last} ${day}`);
  } catch {
    // Without storage it is asked again.
  }
}
