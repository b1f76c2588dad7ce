/** Dates are ISO days ("2026-11-24"); arithmetic is done in UTC, so that no clock change can move a day. */
import { t } from "../words/words";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const DAY_MS = 86_400_000;

export function dayNumber(iso: string): number {
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number) as [number, number, number];
  return Math.round(Date.UTC(year, month - 1, day) / DAY_MS);
}

export function isoOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function today(now = new Date()): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** 14-Jul-1945, the form that nobody reads with day and month swapped. */
export function shown(iso: string): string {
  const [year, month, day] = iso.slice(0, 10).split("-") as [string, string, string];
  return `${day}-${monthName(Number(month) - 1)}-${year}`;
}

/** Days in a text of the server, in the form that nobody reads with day and month swapped. */
export function readable(text: string): string {
  return text.replace(/\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b/g, (day) => shown(day));
}

/** 12 Feb, for axes and ranges near today. */
export function short(iso: string): string {
  const [, month, day] = iso.slice(0, 10).split("-") as [string, string, string];
  return `${Number(day)} ${monthName(Number(month) - 1)}`;
}

/** "12–26 Feb", "24 Jan – 3 Feb", or with years when they differ. */
export function range(from: string, to: string): string {
  if (from === to) return short(from);
  if (from.slice(0, 7) === to.slice(0, 7)) return `${Number(from.slice(8, 10))}–${short(to)}`;
  if (from.slice(0, 4) === to.slice(0, 4)) return `${short(from)} – ${short(to)}`;
  return `${short(from)} ${from.slice(0, 4)} – ${short(to)} ${to.slice(0, 4)}`;
}

export function age(birth: string, on: string): number {
  const years = Number(on.slice(0, 4)) - Number(birth.slice(0, 4));
  return on.slice(5, 10) < birth.slice(5, 10) ? years - 1 : years;
}

export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from);
}

/** Hours and minutes of a moment in the reader's zone. */
export function clock(moment: string | Date): string {
  const when = typeof moment === "string" ? new Date(moment) : moment;
  return when.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

export function monthName(month: number): string {
  return t(MONTHS[month]!);
}
