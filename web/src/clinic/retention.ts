/** The list of who is due: read whole, and each line's reason in words. */
import { t } from "../words/words";

export interface Rule {
  years: number | null;
  child_until_age: number | null;
}

export interface Due {
  patient_id: string;
  last_contact: string;
  due: string;
  remark: string | null;
  held: boolean;
}

interface Page {
  rows: Due[];
  next: string | null;
}

/** All parts of the list, one after another: each part looks into some hundred charts. */
export async function everyPage(ask: (after: string | null) => Promise<Page>): Promise<Due[]> {
  const rows: Due[] = [];
  let after: string | null = null;
  do {
    const page = await ask(after);
    rows.push(...page.rows);
    after = page.next;
  } while (after !== null);
  return rows;
}

/** By list only who is due already, and whom nobody holds or has to look at first. */
export const mayErase = (row: Due, today: string): boolean => row.remark === null && row.due <= today;

/** Whether the day is the rule's years after the last contact; a 29 February falls on 1 March. */
function byYears(row: Due, years: number): boolean {
  const apart = Number(row.due.slice(0, 4)) - Number(row.last_contact.slice(0, 4));
  const day = row.last_contact.slice(5);
  return apart === years && (row.due.slice(5) === day || (day === "02-29" && row.due.slice(5) === "03-01"));
}

export function whyDue(row: Due, rule: Rule, today: string): string {
  const why =
    rule.years !== null && byYears(row, rule.years)
      ? t("{n} years after the last contact", { n: rule.years })
      : t("until the age of {n}", { n: String(rule.child_until_age) });
  if (row.held) return `${t("held")}: ${(row.remark ?? "").replace(/^held: /, "")}`;
  if (row.remark !== null) return t("birth date unknown: look first, then erase this one alone");
  return row.due > today ? `${why}; ${t("not due yet")}` : why;
}
