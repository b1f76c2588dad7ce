/** Options of the planner beside each other: what each changes from last time, and what its index of relief says. */
import type { Proposal } from "../api/queries";
import type { Plan, Side } from "../api/types";
import { add, compare } from "../numbers/decimal";

export interface Change {
  muscle: string;
  side: Side | null;
  before: string | null;
  after: string | null;
}

function doses(plan: Plan): Map<string, { muscle: string; side: Side | null; units: string }> {
  const found = new Map<string, { muscle: string; side: Side | null; units: string }>();
  for (const injection of plan.injections) {
    const key = `${injection.muscle} ${injection.side ?? ""}`;
    const before = found.get(key)?.units ?? "0";
    found.set(key, {
      muscle: injection.muscle,
      side: injection.side ?? null,
      units: add(before, injection.units),
    });
  }
  return found;
}

/**
 * What `plan` changes from `last`, in the order of the plan, left-out muscles at the end. Null when the products differ:
 * units of two products are not compared.
 */
export function changesOf(plan: Plan, last: Plan | null): Change[] | null {
  if (!last || last.product !== plan.product) return null;
  const before = doses(last);
  const after = doses(plan);
  const changes: Change[] = [];
  for (const [key, dose] of after) {
    const old = before.get(key)?.units ?? null;
    if (old === null || compare(old, dose.units) !== 0)
      changes.push({ muscle: dose.muscle, side: dose.side, before: old, after: dose.units });
  }
  for (const [key, dose] of before)
    if (!after.has(key))
      changes.push({ muscle: dose.muscle, side: dose.side, before: dose.units, after: null });
  return changes;
}

export interface Effect {
  relief: number;
  low: number;
  high: number;
  risk: number | null;
  meaning: string | null;
}

const share = (value: unknown): number | null =>
  typeof value === "number" && value >= 0 && value <= 1 ? value : null;

/** The planner's expected effect, or null when it gave none that can be drawn. */
export function effectOf(proposal: Proposal): Effect | null {
  const raw = proposal.expected_effect;
  if (!raw || typeof raw !== "object") return null;
  const told = raw as Record<string, unknown>;
  const relief = share(told.relief);
  const low = share(told.low);
  const high = share(told.high);
  if (relief === null || low === null || high === null) return null;
  return {
    relief,
    low,
    high,
    risk: share(told.risk),
    meaning: typeof told.meaning === "string" ? told.meaning : null,
  };
}
