/** The parts of the EMG report that the screen shows; every figure may be missing, with its reason. */
import type { Side } from "../api/types";

export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
}

export interface ChannelReport {
  name: string;
  kind: string;
  muscle: string | null;
  side: Side | null;
  unit: string;
  quality: { verdict: string; problems: (string | { text?: string; message?: string; kind?: string })[] };
  rms: number | null;
  median_frequency_hz: number | null;
  contractions: { onset_s: number; offset_s: number }[] | null;
  bursts: { onset_s: number; offset_s: number }[] | null;
  turns_per_s: number | null;
  mean_amplitude_per_turn: number | null;
  tremor_peak_hz: number | null;
  not_given: Record<string, string>;
}

export interface MuscleReport {
  muscle: string;
  side: Side | null;
  channel: string;
  effort_was_maximal: boolean | null;
  activity: Record<string, Estimate>;
  score: { score: number | null; low: number | null; high: number | null; muscle_class: string | null };
}

export interface PairReport {
  channels: [string, string];
  peak_frequency_hz: number | null;
  peak_coherence: number | null;
  limit: number | null;
  crosstalk: boolean | null;
}

/** What follows the stimuli of a nerve; sizes from peak to peak in `unit`. A wave without a latency is not there. */
export interface EvokedReport {
  channel: string;
  muscle: string | null;
  side: Side | null;
  unit: string;
  marker: string;
  stimuli: number;
  m_wave: Estimate | null;
  m_wave_latency_ms: number | null;
  late_wave: Estimate | null;
  late_wave_latency_ms: number | null;
  noise_m_wave: number | null;
  noise_late_wave: number | null;
}

export interface StretchReport {
  channel: string;
  muscle: string | null;
  side: Side | null;
  found: {
    stretches: number;
    answered: number;
    catch_deg: number | null;
    threshold_deg: Estimate | null;
  };
}

export interface EmgReport {
  recording: string;
  length_s: number;
  channels: ChannelReport[];
  pairs: PairReport[];
  muscles: MuscleReport[];
  evoked?: EvokedReport[];
  stretches?: StretchReport[];
  notes: string[];
  evidence: string;
  version: string;
}

export interface Answer {
  report: EmgReport;
  muscle_emg: Record<string, unknown>[];
}

export const EPOCH_KINDS = [
  "rest",
  "posture",
  "opposite",
  "trick",
  "maximal",
  "isometric",
  "mirror",
  "stretch",
  "needle",
  "task",
] as const;

/** Three figures are more than an electrode is worth; what is missing is an en dash. */
export function figure(value: number | null | undefined, unit = ""): string {
  if (value === null || value === undefined) return "–";
  return `${Number(value.toPrecision(3))}${unit ? ` ${unit}` : ""}`;
}

/** "3.2 (2.9 – 3.5) mV"; without an interval the figure alone. */
export function estimate(one: Estimate | null, unit = ""): string {
  if (one === null) return "–";
  const range = one.low !== null && one.high !== null ? ` (${figure(one.low)} – ${figure(one.high)})` : "";
  return `${figure(one.value)}${range}${unit ? ` ${unit}` : ""}`;
}
