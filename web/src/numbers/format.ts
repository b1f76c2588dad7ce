import { t } from "../words/words";
import { compare, divide, multiply, normal, subtract } from "./decimal";

// A thin gap groups thousands: a comma or a point would be read as a decimal mark somewhere.
const GAP = "\u202f";

/** A decimal as text to read: no trailing zero, a leading zero always, thousands of large numbers apart. */
export function number(value: string): string {
  const text = normal(value);
  const [whole, fraction] = text.split(".") as [string, string | undefined];
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, GAP) : whole;
  return fraction ? `${grouped}.${fraction}` : grouped;
}

/** "62.5 units"; the word is always spelled out, since U and IU are misread. */
export function units(value: string): string {
  return `${number(value)} ${normal(value) === "1" ? t("unit") : t("units")}`;
}

/** A third of a dose has no end: two places are enough to read. */
export const decimal = (value: string): string =>
  value.startsWith("-") ? `-${decimal(value.slice(1))}` : number(divide(value, "1", 2));

/** The unit of a limit in the reader's language. */
export function unitWord(unit: string | null | undefined): string {
  if (unit === null || unit === undefined) return t("units");
  return unit === "mL" || unit === "U" ? unit : t(unit.replace(/_/g, " "));
}

export function millilitres(value: string): string {
  return `${number(value)} mL`;
}

/** Signed change in per cent from `before` to `after`, "+20 %"; null without a basis or a change. */
export function change(before: string, after: string): string | null {
  if (compare(before, "0") <= 0 || compare(before, after) === 0) return null;
  const rise = compare(after, before) > 0;
  const gap = rise ? subtract(after, before) : subtract(before, after);
  return `${rise ? "+" : "\u2212"}${divide(multiply(gap, "100"), before, 0)} %`;
}
