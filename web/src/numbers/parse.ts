import { t } from "../words/words";
import { normal } from "./decimal";

const TYPED = /^(\d+|\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+)(?:[.,](\d{1,2}))?$/;
const THREE_AFTER_MARK = /^\d+[.,]\d{3}$/;

/**
 * Read a number as a person typed it, to an exact decimal; null when it cannot be read in one way only.
 *
 * Point and comma are both decimal marks, in every language of the page, because people type what their
 * keyboard has. "1,500" and "1.500" mean 1500 to one reader and 1.5 to another: refused.
 */
export function parseNumber(text: string): string | null {
  const match = TYPED.exec(text.trim());
  if (!match) return null;
  const whole = match[1]!.replace(/\D/g, "");
  return normal(match[2] ? `${whole}.${match[2]}` : whole);
}

/** Why `text` was refused, in one line for the person who typed it. */
export function refusal(text: string): string {
  const typed = text.trim();
  if (typed === "") return t("Enter a number.");
  if (THREE_AFTER_MARK.test(typed)) {
    const digits = typed.replace(/[.,]/, "");
    return t("{typed} can be read in two ways. Write {digits}, or the decimal with one or two digits.", {
      typed,
      digits,
    });
  }
  return t("{typed} is not a number. Write digits, for example 62.5.", { typed });
}
