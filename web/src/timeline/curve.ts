/** The response curve as the screens draw it, whatever shape the server's forecast has. */
import type { Day } from "../api/types";

export interface DateRange {
  low: Day | null;
  median: Day | null;
  high: Day | null;
}

export interface CurvePoint {
  date: Day;
  mean: number;
  low: number;
  high: number;
  low50: number | null;
  high50: number | null;
}

export interface Curve {
  points: CurvePoint[];
  /** What the numbers are, in words. */
  unit: string;
  onset: DateRange | null;
  peak: DateRange | null;
  /** Half of the effect gone. */
  fading: DateRange | null;
  /** Most of it gone. */
  wearOff: DateRange | null;
  notes: string[];
  abstains: boolean;
  reason: string | null;
  /** Share of the person's own entries in the curve, 0 to 1; null if not told. */
  personal: number | null;
  /** Ratings and diary entries that the curve was fitted to. */
  scores: number | null;
  model: string | null;
}
