/** The session while it is done: checklist times, vials, what was given. Kept in this tab, so a reload loses nothing. */
import { newKey } from "../api/client";
import { today } from "../numbers/dates";
import type { Finding, GivenInjection, Plan, Skipped } from "../api/types";
import { positionsOf, type Sites } from "../map/sites";
import { t } from "../words/words";
import { placed, planOf, volumeOf, type Draft, type DoseRow, type VialRow } from "../plan/draft";

export interface GivenRow {
  key: string;
  /** What was planned when it was marked: another dose or side is asked again. */
  planned: string;
  state: "open" | "given" | "changed" | "skipped";
  units: string | null;
  sites: string | null;
  reason: string;
  guidance: string;
  lot: string | null;
  /** Single sites that were moved here; otherwise those of the plan hold. */
  places?: Sites | undefined;
}

export interface SessionState {
  /** Signing twice with the same key signs once. */
  signKey: string;
  /** The day and the plan that were read aloud. */
  day: string;
  plan: string;
  steps: Record<string, string>;
  creamMinutes: string | null;
  vials: VialRow[];
  given: Record<string, GivenRow>;
  overrides: Record<string, string>;
  /**
   * What was signed while the server could not be reached. It is sent by itself, this very text with the same key, until it
   * arrives: made anew after a reload it could lack what the check had not answered yet.
   */
  waiting?: Record<string, unknown> | null;
}

export const STEPS = [
  { id: "cream_on", label: "Numbing cream on", optional: true },
  { id: "identity", label: "Right patient: name and birth date asked" },
  { id: "consent", label: "Consent given" },
  { id: "exposures_asked", label: "Asked: any toxin elsewhere since last time" },
  { id: "allergies_asked", label: "Asked: allergies, pregnancy, new medicines" },
  { id: "swallowing_asked", label: "Asked: swallowing, breathing, weakness" },
  { id: "product_and_side", label: "Time-out: product, dose and side read aloud" },
] as const;

const name = (patient: string) => `reprieve.session.${patient}`;

const plannedOf = (row: DoseRow) => `${row.side} ${row.units} ${row.sites}`;
const readAloud = (draft: Draft) =>
  [draft.product, ...draft.rows.map((row) => `${row.key} ${plannedOf(row)}`)].join("; ");

export function newSession(draft: Draft): SessionState {
  return {
    signKey: newKey(),
    day: today(),
    plan: readAloud(draft),
    steps: {},
    creamMinutes: "30",
    vials: draft.vials,
    given: {},
    overrides: {},
  };
}

/** A session goes on where it was left; what was ticked on another day, or for another plan, is asked again. */
export function goOn(kept: SessionState | null, draft: Draft): SessionState {
  if (kept?.waiting) return kept;
  if (!kept || kept.day !== today() || !kept.plan.startsWith(`${draft.product}; `)) return newSession(draft);
  const plan = readAloud(draft);
  if (kept.plan === plan) return kept;
  const { product_and_side: _aloud, ...steps } = kept.steps;
  return { ...kept, plan, steps };
}

export function keptSession(patient: string): SessionState | null {
  try {
    const text = sessionStorage.getItem(name(patient));
    return text ? (JSON.parse(text) as SessionState) : null;
  } catch {
    return null;
  }
}

export function keepSession(patient: string, state: SessionState | null): void {
  try {
    if (state) sessionStorage.setItem(name(patient), JSON.stringify(state));
    else sessionStorage.removeItem(name(patient));
  } catch {
    // Without storage a reload starts the session page anew.
  }
}

export function givenOf(state: SessionState, row: DoseRow): GivenRow {
  const marked = state.given[row.key];
  const planned = plannedOf(row);
  if (marked?.planned === planned) return marked;
  return {
    key: row.key,
    planned,
    state: "open",
    units: row.units,
    sites: row.sites,
    reason: "",
    guidance: "",
    lot: null,
  };
}

export const findingKey = (finding: Finding) => `${finding.rule} ${finding.subject}`;

/** Why the session cannot be signed yet, in words; empty when it can. */
export function missing(
  draft: Draft,
  state: SessionState,
  findings: readonly Finding[],
  shortestReason = 10,
): string[] {
  const lines: string[] = [];
  for (const step of STEPS) if (!("optional" in step) && !state.steps[step.id]) lines.push(t(step.label));
  if (state.vials.length === 0) lines.push(t("A vial with its lot"));
  else if (state.vials.some((vial) => vial.lot.trim() === "")) lines.push(t("The lot of every vial"));
  const open = draft.rows.filter((row) => givenOf(state, row).state === "open").length;
  if (open) lines.push(t("{n} muscles not marked yet", { n: open }));
  if (
    draft.rows.some(
      (row) => givenOf(state, row).state === "skipped" && givenOf(state, row).reason.trim() === "",
    )
  )
    lines.push(t("A reason for each skipped muscle"));
  if (draft.rows.some((row) => givenOf(state, row).state === "changed" && givenOf(state, row).units === null))
    lines.push(t("The dose of each changed muscle"));
  const blocking = findings.filter((finding) => finding.severity === "error");
  if (blocking.some((finding) => (state.overrides[findingKey(finding)] ?? "").trim().length < shortestReason))
    lines.push(t("A reason for each exceeded limit"));
  return lines;
}

export function givenDocument(draft: Draft, state: SessionState) {
  const injections: GivenInjection[] = [];
  const skipped: Skipped[] = [];
  const onlyLot = new Set(state.vials.map((vial) => vial.lot.trim()).filter(Boolean));
  for (const row of draft.rows) {
    const given = givenOf(state, row);
    if (given.state === "skipped") {
      skipped.push({ muscle: row.muscle, side: row.side, reason: given.reason.trim() });
      continue;
    }
    const units = given.state === "changed" ? given.units! : row.units!;
    const sites = given.state === "changed" ? given.sites : row.sites;
    injections.push({
      muscle: row.muscle,
      side: row.side,
      units,
      sites: sites === null ? null : Number(sites),
      volume_ml: volumeOf(units, state.vials),
      limb: row.limb,
      guidance: given.guidance || null,
      lot: given.lot ?? (onlyLot.size === 1 ? [...onlyLot][0]! : null),
      ...placed(positionsOf(given.places ?? row.places, sites)),
    });
  }
  const plan: Plan = planOf({ ...draft, vials: state.vials });
  return {
    plan,
    given: { injections, skipped, reconstitution: plan.reconstitution ?? null },
    checklist: Object.entries(state.steps).map(([step, at]) => ({ step, at })),
  };
}

/** The plan as it would be given, for the live check of what is really in the syringe. */
export function planAsGiven(draft: Draft, state: SessionState): Plan {
  const document = givenDocument(draft, state);
  return {
    ...document.plan,
    injections: document.given.injections
      .filter((injection) => injection.units != null)
      .map(({ guidance: _guidance, lot: _lot, ...injection }) => injection),
  };
}
