/** What a session did: the judgement of each muscle, and the ratings around it. */
import type { Chart, MuscleEffect, Rating, Session, Side } from "../api/types";
import { isHigherBetter, isOfChange } from "../timeline/scales";
import { t } from "../words/words";

export const EFFECTS = [
  { id: "better", label: "better" },
  { id: "same", label: "same" },
  { id: "worse", label: "worse" },
  { id: "weak", label: "too weak" },
] as const;

export const effectWord = (effect: MuscleEffect["effect"]): string =>
  t(EFFECTS.find((one) => one.id === effect)?.label ?? effect);

/** The latest judgement of a muscle after a session; null while nobody judged it. */
export function effectIn(
  session: Session | null,
  muscle: string,
  side: Side | null | undefined,
): MuscleEffect["effect"] | null {
  const found = session?.muscle_effects?.findLast(
    (one) => one.muscle === muscle && (!one.side || one.side === (side ?? null)),
  );
  return found?.effect ?? null;
}

export interface Around {
  scale: string;
  /** The last rating not later than the session, and later than the session before it. */
  before: Rating | null;
  /** The lowest total since, or the highest where higher is better; the first of equal ones. */
  best: Rating;
  higherIsBetter: boolean;
}

/**
 * The patient's most used scale that was rated since the session, with its best total; null while nobody rated. Scales
 * of change are left out: before and after cannot be compared on them.
 */
export function ratingsAround(chart: Chart, session: Session): Around | null {
  const since = chart.ratings.filter(
    (one) => one.total !== null && one.date > session.date && !isOfChange(one.scale),
  );
  const often = (scale: string) => chart.ratings.filter((one) => one.scale === scale).length;
  const scale = since.map((one) => one.scale).sort((a, b) => often(b) - often(a) || a.localeCompare(b))[0];
  if (scale === undefined) return null;
  const earlier = chart.sessions.filter((one) => one.date < session.date).map((one) => one.date);
  const from = earlier.sort().at(-1) ?? "";
  const before = chart.ratings
    .filter((one) => one.scale === scale && one.total !== null && one.date > from && one.date <= session.date)
    .sort((a, b) => a.date.localeCompare(b.date));
  const higherIsBetter = isHigherBetter(scale);
  const sign = higherIsBetter ? -1 : 1;
  const after = since
    .filter((one) => one.scale === scale)
    .sort((a, b) => sign * (Number(a.total) - Number(b.total)) || a.date.localeCompare(b.date));
  return { scale, before: before.at(-1) ?? null, best: after[0]!, higherIsBetter };
}
