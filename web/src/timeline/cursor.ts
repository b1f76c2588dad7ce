/** What is known of one day, in words. */
import type { Chart } from "../api/types";
import { dayNumber, daysBetween, isoOf } from "../numbers/dates";
import { number, units } from "../numbers/format";
import { t } from "../words/words";
import { coded } from "../words/names";
import type { Curve } from "./curve";
import { headWords } from "./HeadLane";
import { total } from "./lanes";
import { ratingText } from "./scales";

export function cursorLines(chart: Chart, curve: Curve | null, day: number): string[] {
  const iso = isoOf(day);
  const lines: string[] = [];
  const before = chart.sessions
    .filter((s) => s.date <= iso)
    .sort((a, b) => a.date.localeCompare(b.date))
    .at(-1);
  if (before) {
    const days = daysBetween(before.date, iso);
    lines.push(
      days === 0
        ? t("session of {units} {product}", { units: units(total(before)), product: before.product })
        : t("week {week} after {units}", { week: Math.floor(days / 7), units: units(total(before)) }),
    );
  }
  const entry = chart.diary.find((d) => d.date === iso && d.severity !== null);
  if (entry?.severity != null) lines.push(t("diary {value} of 10", { value: number(entry.severity) }));
  const point = curve?.points.find((p) => p.date === iso);
  if (point)
    lines.push(
      t("curve {mean} ({low} to {high})", {
        mean: point.mean.toFixed(1),
        low: point.low.toFixed(1),
        high: point.high.toFixed(1),
      }),
    );
  for (const rating of chart.ratings)
    if (rating.date === iso && rating.total !== null) lines.push(ratingText(rating.scale, rating.total));
  for (const symptom of chart.symptoms) {
    const from = dayNumber(symptom.date);
    const to = symptom.resolved ? dayNumber(symptom.resolved) : from;
    if (day >= from && day <= to) lines.push(`${coded(symptom.symptom)} (${t(symptom.seriousness)})`);
  }
  for (const row of chart.head_angles ?? [])
    if (row.date === iso) lines.push(`${t("Head angles, research")}: ${headWords(row)}`);
  return lines;
}
