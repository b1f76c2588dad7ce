/**
 * The code on a vial's carton (GS1 DataMatrix) as a hand scanner types it: GTIN (01), expiry (17), lot (10), serial (21).
 * GS1 General Specifications, application identifiers; a field of variable length ends with the group separator.
 */
export interface Carton {
  gtin: string | null;
  lot: string | null;
  expires: string | null;
  serial: string | null;
}

const SEPARATOR = "\u001d";
const FIXED: Record<string, number> = { "01": 14, "11": 6, "17": 6 };
const OPEN = new Set(["10", "21"]);

/** YYMMDD to ISO. Day 00 means the last of the month; years 51 to 99 lie in the last century, by the GS1 rule. */
function isoDay(text: string): string | null {
  const [year, month, day] = [text.slice(0, 2), text.slice(2, 4), text.slice(4, 6)].map(Number) as [
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day > 31) return null;
  const full = (year > 50 ? 1900 : 2000) + year;
  const last = new Date(Date.UTC(full, month, 0)).getUTCDate();
  if (day > last) return null;
  return `${full}-${String(month).padStart(2, "0")}-${String(day || last).padStart(2, "0")}`;
}

/** Last digit of a GTIN, by the rule of threes. */
function isGtin(text: string): boolean {
  if (!/^\d{14}$/.test(text)) return false;
  const sum = [...text].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 3 : 1), 0);
  return sum % 10 === 0;
}

/** What a scanned code says; null when it is no such code, so that a typed lot stays what was typed. */
export function readCarton(text: string): Carton | null {
  let rest = text.trim().replace(/^\](d2|C1|Q3)/, "");
  // Printed with brackets under the code: the same content, typed by hand.
  const bracketed = /^\(\d{2}\)/.test(rest);
  if (bracketed) rest = rest.replace(/\((\d{2})\)/g, `${SEPARATOR}$1`).slice(1);
  const found: Carton = { gtin: null, lot: null, expires: null, serial: null };
  while (rest) {
    const name = rest.slice(0, 2);
    const size = FIXED[name];
    let value: string;
    if (size !== undefined) {
      value = rest.slice(2, 2 + size);
      if (!/^\d+$/.test(value) || value.length !== size) return null;
      rest = rest.slice(2 + size).replace(new RegExp(`^${SEPARATOR}`), "");
    } else if (OPEN.has(name)) {
      const end = rest.indexOf(SEPARATOR);
      value = end < 0 ? rest.slice(2) : rest.slice(2, end);
      if (value.length < 1 || value.length > 20) return null;
      rest = end < 0 ? "" : rest.slice(end + 1);
    } else return null;
    if (name === "01") {
      if (!isGtin(value)) return null;
      found.gtin = value;
    }
    if (name === "10") found.lot = value;
    if (name === "21") found.serial = value;
    if (name === "17") {
      found.expires = isoDay(value);
      if (found.expires === null) return null;
    }
  }
  // A lot of its own can begin with 10 or 21: only a code with a product number is taken for a carton.
  return found.gtin ? found : null;
}

/** The lot in what was typed or scanned. */
export const lotOf = (text: string): string => readCarton(text)?.lot ?? text.trim();
