/** Positions on the shared time axis. */
import { dayNumber, isoOf, monthName } from "../numbers/dates";

export interface TimeScale {
  from: number;
  to: number;
  left: number;
  width: number;
}

export function x(scale: TimeScale, day: number): number {
  return scale.left + ((day - scale.from) / Math.max(1, scale.to - scale.from)) * scale.width;
}

export function dayAt(scale: TimeScale, position: number): number {
  const share = (position - scale.left) / scale.width;
  return Math.round(scale.from + Math.min(1, Math.max(0, share)) * (scale.to - scale.from));
}

export function isInside(scale: TimeScale, day: number): boolean {
  return day >= scale.from && day <= scale.to;
}

export interface Tick {
  day: number;
  label: string;
  strong: boolean;
}

/** First days of months, thinned so that labels stay about 64 px apart; January carries the year. */
export function monthTicks(scale: TimeScale): Tick[] {
  const months: Tick[] = [];
  const first = isoOf(scale.from);
  let year = Number(first.slice(0, 4));
  let month = Number(first.slice(5, 7)) - 1;
  for (;;) {
    const day = dayNumber(`${year}-${String(month + 1).padStart(2, "0")}-01`);
    if (day > scale.to) break;
    if (day >= scale.from)
      months.push({ day, label: month === 0 ? String(year) : monthName(month), strong: month === 0 });
    month += 1;
    if (month === 12) {
      month = 0;
      year += 1;
    }
  }
  const every = [1, 2, 3, 6, 12].find((n) => (months.length / n) * 64 <= scale.width) ?? 12;
  return months.filter((tick) => Number(isoOf(tick.day).slice(5, 7)) % every === 1 % every);
}

/** An SVG path through `points`, broken where a value is unknown. */
export function line(points: readonly { x: number; y: number | null }[]): string {
  let path = "";
  let open = false;
  for (const point of points) {
    if (point.y === null) {
      open = false;
      continue;
    }
    path += `${open ? "L" : "M"}${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
    open = true;
  }
  return path;
}

export function area(points: readonly { x: number; low: number; high: number }[]): string {
  if (points.length < 2) return "";
  const upper = points.map((p) => `${p.x.toFixed(1)} ${p.high.toFixed(1)}`);
  const lower = points.map((p) => `${p.x.toFixed(1)} ${p.low.toFixed(1)}`).reverse();
  return `M${upper.join("L")}L${lower.join("L")}Z`;
}
