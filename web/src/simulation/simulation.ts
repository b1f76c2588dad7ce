/** What the server answers to "what would this plan do": curves of each muscle, what it reaches, a cut through the neck. */
import { post } from "../api/client";
import type { Plan, Side } from "../api/types";
import type { JointChange, SideEffectChance } from "./consequences";

export interface Band {
  median: number[];
  q025: number[];
  q975: number[];
}

export interface MuscleCourse {
  muscle: string;
  side: Side | null;
  units: string;
  place_known: boolean;
  block: Band;
  force: Band;
  peak_day: number;
  peak_block: number;
  half_return_day: number | null;
}

export interface Reached {
  structure: string;
  side: Side | null;
  effect: string | null;
  peak_block: number;
  q025: number;
  q975: number;
  checked: boolean;
}

export interface Simulation {
  model: string;
  product: string;
  days: number[];
  muscles: MuscleCourse[];
  spread: Reached[];
  neighbours: Reached[];
  joints: JointChange[];
  side_effects: SideEffectChance[];
  onset: { model: string; days_to_half: number; days_to_tenth: number };
  not_simulated: { muscle: string; side: Side | null; reason: string }[];
  assumptions: string[];
  draws: number;
  sources: { key: string; grade: string; checked: boolean }[];
  note: string;
}

export interface Outline {
  structure: string;
  side: Side | null;
  kind: "injected" | "risk" | "muscle";
  front_mm: number;
  right_mm: number;
  long_mm: number;
  short_mm: number;
  turn_deg: number;
}

export interface Slice {
  product: string;
  height_mm: number;
  heights_mm: number[];
  edge_mm: number;
  front_mm: number;
  right_mm: number;
  units_per_ml: number[][];
  largest_units_per_ml: number;
  outlines: Outline[];
  needles: { structure: string; side: Side | null; front_mm: number; right_mm: number; above_mm: number }[];
}

export const simulate = (plan: Plan, signal?: AbortSignal) =>
  post<Simulation>("/api/simulate", plan, { signal });

export const sliceAt = (plan: Plan, height: number | null, signal?: AbortSignal) =>
  post<Slice>(`/api/simulate/slice${height === null ? "" : `?height_mm=${height}`}`, plan, { signal });

/** Whole per cent; what is not quite nothing never reads as 0, and what is not all never as 100. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return "< 1 %";
  if (share > 0.995 && share < 1) return "> 99 %";
  return `${Math.round(share * 100)} %`;
}

/** Levels to choose from: needles closer than 4 mm to each other share one. */
export function levels(heights: readonly number[]): number[] {
  const kept: number[] = [];
  for (const height of [...heights].sort((a, b) => b - a))
    if (kept.length === 0 || kept.at(-1)! - height >= 4) kept.push(height);
  return kept;
}
