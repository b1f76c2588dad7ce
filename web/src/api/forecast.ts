/** The server's forecast, read into the curve that the screens draw. */
import type { Curve, CurvePoint, DateRange } from "../timeline/curve";
import { dayNumber, isoOf } from "../numbers/dates";

type Loose = Record<string, unknown>;

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const figure = (value: unknown): number | null => {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
};
const text = (value: unknown): string | null => (typeof value === "string" && value ? value : null);

function dateRange(value: unknown): DateRange | null {
  if (!value || typeof value !== "object") return null;
  const range = value as Loose;
  const low = text(range.low);
  const median = text(range.median);
  const high = text(range.high);
  return low || median || high ? { low, median, high } : null;
}

function dayOf(value: unknown, start: string | null): string | null {
  if (typeof value === "string") return value.slice(0, 10);
  const offset = figure(value);
  return offset !== null && start ? isoOf(dayNumber(start) + Math.round(offset)) : null;
}

export function readForecast(raw: unknown): Curve {
  const body = (raw ?? {}) as Loose;
  const start = text(body.session_date);
  const days = list(body.days);
  const at = (name: string, index: number) => figure(list(body[name])[index]);
  const points: CurvePoint[] = [];
  for (const [index, day] of days.entries()) {
    const date = dayOf(day, start);
    const mean = at("q50", index) ?? at("mean", index);
    const low = at("q025", index);
    const high = at("q975", index);
    if (!date || mean === null || low === null || high === null) continue;
    points.push({ date, mean, low, high, low50: at("q25", index), high50: at("q75", index) });
  }
  return {
    points,
    unit: text(body.scale) ?? "diary",
    onset: dateRange(body.onset),
    peak: dateRange(body.peak),
    fading: dateRange(body.fading),
    wearOff: dateRange(body.wear_off),
    notes: list(body.notes).filter((note): note is string => typeof note === "string"),
    abstains: body.abstains === true,
    reason: text(body.reason),
    personal: figure(body.person_weight),
    scores: figure(body.scores_used),
    model: text(body.model),
  };
}
