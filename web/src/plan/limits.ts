/** Limits of a report in reading order: the one with least room first, and of the same limit on many muscles only the nearest. */
import type { Limit } from "../api/queries";

export interface LimitGroup {
  limit: Limit;
  /** How many muscles or sites the same limit holds for besides this one. */
  others: number;
}

const exact = (value: string | null | undefined): number | null =>
  typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null;

/** Room left as a share of the limit; what has no number comes last. */
function room(limit: Limit): number {
  const left = exact(limit.headroom);
  const top = exact(limit.limit);
  return left === null || top === null || top === 0 ? Number.POSITIVE_INFINITY : left / top;
}

export function grouped(limits: readonly Limit[]): LimitGroup[] {
  const groups = new Map<string, LimitGroup>();
  for (const limit of limits) {
    const key = `${limit.rule ?? ""} ${limit.scope} ${limit.limit} ${limit.unit}`;
    const found = groups.get(key);
    if (!found) groups.set(key, { limit, others: 0 });
    else
      groups.set(key, {
        limit: room(limit) < room(found.limit) ? limit : found.limit,
        others: found.others + 1,
      });
  }
  return [...groups.values()].sort((a, b) => room(a.limit) - room(b.limit));
}
