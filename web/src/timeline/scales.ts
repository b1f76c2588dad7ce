/** What a total of a rating scale means: which way is better, and the words of a rated change. */
import { number } from "../numbers/format";
import { words } from "../words/names";
import { t } from "../words/words";

/** These rate a change already; before and after cannot be compared on them. */
const OF_CHANGE = new Set(["pgic", "cgi_i", "gas"]);
/** Of the other scales in the reference, those on which a higher total is better. */
const HIGHER_IS_BETTER = new Set(["adds", "diary_control"]);

export const isOfChange = (scale: string): boolean => OF_CHANGE.has(scale.toLowerCase());
export const isHigherBetter = (scale: string): boolean => HIGHER_IS_BETTER.has(scale.toLowerCase());

export function sameScale(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function scaleWord(name: string): string {
  return name.length <= 7 ? name.toUpperCase() : words(name);
}

/** PGIC as this record codes it: -3 to +3, higher is better. Other codings exist; they are left as figures. */
export const isImpression = (scale: string, total: string): boolean =>
  sameScale(scale, "pgic") && Math.abs(Number(total)) <= 3;

export function impressionWord(total: string): string | null {
  switch (Number(total)) {
    case 3:
      return t("very much better");
    case 2:
      return t("much better");
    case 1:
      return t("a little better");
    case 0:
      return t("no change");
    case -1:
      return t("a little worse");
    case -2:
      return t("much worse");
    case -3:
      return t("very much worse");
    default:
      return null;
  }
}

/** "+2", "-1", "0". */
export const signed = (total: string): string => (Number(total) > 0 ? `+${number(total)}` : number(total));

/** "TWSTRS 38", "PGIC +2, much better". */
export function ratingText(scale: string, total: string): string {
  if (!isImpression(scale, total)) return `${scaleWord(scale)} ${number(total)}`;
  const word = impressionWord(total);
  return `${scaleWord(scale)} ${signed(total)}${word ? `, ${word}` : ""}`;
}
