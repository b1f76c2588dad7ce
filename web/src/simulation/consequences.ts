/** What follows from the block: the posture, named side effects, and the plan beside a change of it. */
import { post } from "../api/client";
import type { Plan, Side } from "../api/types";

export interface JointChange {
  motion: string;
  side: Side | null;
  before_deg: number;
  after_deg: number;
  q025: number;
  q975: number;
  torque_share: number;
  day: number;
}

export interface SideEffectChance {
  effect: string;
  structures: string[];
  probability: number | null;
  q025: number | null;
  q975: number | null;
  anchor: string;
  checked: boolean;
}

export interface Case {
  name: string;
  product: string;
  units: string;
  muscles: {
    muscle: string;
    side: Side | null;
    peak_block: number;
    peak_day: number;
    weak_days: number;
    half_return_day: number | null;
  }[];
  risks: { name: string; kind: string; value: number | null; q975: number | null }[];
}

/** One thing that may be changed; the value of a step to either side of the plan. */
export const CHANGES = [
  { what: "units=0.75", label: "A quarter fewer units" },
  { what: "units=1.25", label: "A quarter more units" },
  { what: "volume=0.5", label: "Half the volume" },
  { what: "volume=2", label: "Twice the volume" },
  { what: "sites=1", label: "One site each" },
  { what: "sites=4", label: "Four sites each" },
  { what: "needle=5", label: "Needles 5 mm off" },
  { what: "along=10", label: "10 mm along the fibres" },
] as const;

export const compare = (plan: Plan, changes: readonly string[], signal?: AbortSignal) =>
  post<{ cases: Case[] }>("/api/simulate/compare", { plan, what_if: changes }, { signal });

/** Degrees with their sign left out, and the way they turn; a motion's name holds its positive way. */
export function turn(motion: string, degrees: number): { way: string; degrees: number } {
  const last = motion.split(".").at(-1) ?? motion;
  const ways: Record<string, { high: string; low: string }> = {
    rotation_left: { high: "turn to the left", low: "turn to the right" },
    tilt_right: { high: "tilt to the right", low: "tilt to the left" },
    extension: { high: "back", low: "forward" },
  };
  const pair = ways[last];
  const way = pair ? (degrees >= 0 ? pair.high : pair.low) : last.replaceAll("_", " ");
  return { way, degrees: pair ? Math.abs(degrees) : degrees };
}

/** How far a case lies from the plan itself, muscle by muscle: the mean change of the largest block. */
export function shift(base: Case, other: Case): number {
  const gaps = other.muscles.map((one, index) => one.peak_block - (base.muscles[index]?.peak_block ?? 0));
  return gaps.length === 0 ? 0 : gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
}
