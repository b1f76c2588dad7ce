/** What the server tells of the neck, and the same in words: each muscle's needles and what lies next to them. */
import { post } from "../api/client";
import type { Plan, Side } from "../api/types";
import type { Ellipsoid, Vector } from "./camera";
import { distance, holds, nearest } from "./distance";

export interface Body extends Ellipsoid {
  name: string;
  side: Side | null;
  effect: string | null;
  checked: boolean;
}

export interface Needle {
  muscle: string;
  side: Side;
  units: number;
  at_mm: Vector;
  fibre: Vector;
  across_mm: number[];
  along_mm: number[];
}

export interface Scene {
  muscles: Body[];
  risks: Body[];
  lines: { muscle: string; side: Side; points_mm: Vector[] }[];
  vertebrae_mm: Vector[];
  needles: Needle[];
  shares: number[];
  why_no_spread: string | null;
}

export const sceneOf = (plan: Plan, signal: AbortSignal) =>
  post<Scene>("/api/simulate/neck", plan, { signal });

/** The cloud of a needle that holds the share of that number; null where the product has no parameters. */
export function cloud(needle: Needle, index: number): Ellipsoid | null {
  const across = needle.across_mm[index];
  const along = needle.along_mm[index];
  if (across === undefined || along === undefined) return null;
  return { centre_mm: needle.at_mm, axis: needle.fibre, long_mm: along, short_mm: across };
}

export interface Neighbour {
  muscle: string;
  side: Side;
  sites: number;
  units: number;
  nearest: Body | null;
  /** From the closest needle to the surface of the nearest structure at risk. */
  away_mm: number;
  /** Structures at risk that lie within the cloud of nine tenths of one needle. */
  within: Body[];
}

/** One line for each injected muscle and side, in the order of the plan. */
export function neighbours(scene: Scene): Neighbour[] {
  const lines = new Map<string, Neighbour>();
  for (const needle of scene.needles) {
    const key = `${needle.muscle} ${needle.side}`;
    const line: Neighbour = lines.get(key) ?? {
      muscle: needle.muscle,
      side: needle.side,
      sites: 0,
      units: 0,
      nearest: null,
      away_mm: Number.POSITIVE_INFINITY,
      within: [],
    };
    line.sites += 1;
    line.units += needle.units;
    const wide = cloud(needle, scene.shares.length - 1);
    for (const risk of scene.risks) {
      const away = distance(risk, needle.at_mm);
      if (away < line.away_mm) [line.nearest, line.away_mm] = [risk, away];
      if (wide && !line.within.includes(risk) && holds(wide, nearest(risk, needle.at_mm)))
        line.within.push(risk);
    }
    lines.set(key, line);
  }
  return [...lines.values()];
}
