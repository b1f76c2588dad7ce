/** The history of a chart in words: what an entry is called, what it says, what changed between two versions. */
import { clock, readable, shown } from "../numbers/dates";
import { coded, words } from "../words/names";
import { t } from "../words/words";

export type Body = Record<string, unknown>;

export interface Change {
  field: string;
  old: unknown;
  new: unknown;
}

export interface Version {
  id: string;
  kind: string;
  at: string;
  by: string;
  reason: string | null;
  body: Body | null;
  changed: Change[];
}

export interface HistoryRow {
  entry: string;
  kind: string;
  /** The version that counts; null when the entry was taken back. */
  standing: string | null;
  versions: Version[];
}

interface Kind {
  label: string;
  /** What the server calls the entries that may be corrected one by one. */
  entries?: string;
  /** Whether its fields can be typed anew here; what is made of lists is written again instead. */
  editable?: boolean;
}

export const KINDS: Record<string, Kind> = {
  patient_registered: { label: "Particulars" },
  patient_amended: { label: "Particulars" },
  condition_recorded: { label: "Condition", entries: "conditions", editable: true },
  risk_recorded: { label: "Risk", entries: "risks" },
  exposure_reported: { label: "Toxin elsewhere", entries: "exposures", editable: true },
  goal_set: { label: "Goal", entries: "goals", editable: true },
  rating_recorded: { label: "Rating", entries: "ratings", editable: true },
  diary_entered: { label: "Diary", entries: "diary", editable: true },
  head_angles_measured: { label: "Head angles, research", entries: "head-angles" },
  symptom_reported: { label: "Side effect", entries: "symptoms", editable: true },
  assessment_recorded: { label: "Assessment", entries: "assessments" },
  other_treatment_recorded: { label: "Other treatment", entries: "other-treatments", editable: true },
  appointment_booked: { label: "Appointment", entries: "appointments", editable: true },
  muscle_effect_judged: { label: "What a muscle did", entries: "effects" },
  plan_drafted: { label: "Draft of a plan" },
  plan_signed: { label: "Plan of a session" },
  plan_voided: { label: "Draft taken back" },
  session_opened: { label: "Session" },
  checklist_step: { label: "Step of the checklist" },
  vial_opened: { label: "Vial of a session" },
  injection_given: { label: "Injection" },
  injection_skipped: { label: "Muscle left out" },
  waste_recorded: { label: "Waste" },
  session_signed: { label: "Signature" },
  resource_kept: { label: "Kept as it came" },
};

export const labelOf = (kind: string): string => t(KINDS[kind]?.label ?? words(kind));

export const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ["string", "number", "boolean"].includes(typeof value);

/** Fields of entries, as they are called here; the test of the words knows them. */
export const FIELDS = [
  ...["At", "Meaning", "Vial", "Indication", "Jurisdiction", "Place", "Purpose", "Treatment", "Postures"],
  ...["Sensory trick", "Symptom", "Seriousness", "Resolved", "Side", "Severity", "Pain", "Function"],
  ...["Treatments", "Entered at", "Mood", "Sleep", "Items", "Rater", "Text", "Since", "Step", "Volume ml"],
] as const;
/** Values that are one small word. */
export const VALUES = ["booked", "kept", "injection", "patient", "clinician"] as const;
/** Fields whose value is a word of the record; what somebody is called or wrote is never put in other words. */
const CODED = new Set([
  ...["side", "seriousness", "symptom", "state", "purpose", "rater", "treatment", "treatments", "condition"],
  ...["risk", "guidance", "limb", "indication", "step", "effect", "sex"],
]);

/** Ids and digests say nothing to a reader; the day stands in the title. */
const UNSAID = /(^|_)(id|hash|session|draft)$|^date$/;

function worded(value: unknown, field: string): string {
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  const text = String(value);
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return `${shown(text.slice(0, 10))} ${clock(text)}`;
  const isCode = /^[a-z]+(_[a-z0-9]+)+$/.test(text);
  if (isCode || field === "muscle") return coded(text);
  return CODED.has(field) ? t(text) : readable(text);
}

/** The fields that can be typed anew: single values, and those of one part inside (the items of a scale). */
export function fieldsOf(body: Body): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(body)) {
    if (isScalar(value)) fields[name] = value === null ? "" : String(value);
    else if (isPart(value))
      for (const [inner, one] of Object.entries(value))
        if (isScalar(one)) fields[`${name}.${inner}`] = one === null ? "" : String(one);
  }
  return fields;
}

/** The entry with what was typed in its fields; an empty field is not known. */
export function withFields(body: Body, fields: Record<string, string>): Body {
  const made: Body = { ...body };
  for (const [path, text] of Object.entries(fields)) {
    const [name, inner] = path.split(".") as [string, string?];
    if (inner === undefined) made[name] = typed(text, body[name]);
    else made[name] = { ...(made[name] as Body), [inner]: typed(text, (body[name] as Body)[inner]) };
  }
  return made;
}

/** What was typed, as the kind of value that stood there; what is no such value goes as it is, and is refused. */
function typed(text: string, before: unknown): string | number | boolean | null {
  const value = text.trim();
  if (value === "") return null;
  if (typeof before === "number" && Number.isFinite(Number(value))) return Number(value);
  if (typeof before === "boolean" && /^(true|false)$/.test(value)) return value === "true";
  return value;
}

/** Every figure and word of an entry in one line; lists are counted, not spelled out. */
export function summaryOf(body: Body | null): string {
  if (!body) return t("The content was erased.");
  const parts: string[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (value === null || value === undefined || value === "" || UNSAID.test(name)) continue;
    if (Array.isArray(value)) {
      if (value.length)
        parts.push(
          `${t(words(name))}: ${value.every(isScalar) ? value.map((one) => worded(one, name)).join(", ") : value.length}`,
        );
    } else if (typeof value === "object") {
      const inner = summaryOf(value as Body);
      if (inner) parts.push(inner);
    } else parts.push(`${t(words(name))}: ${worded(value, name)}`);
  }
  return parts.join(" · ");
}

/** What differs between two versions: field by field, old → new; nested parts too. */
export function changed(changes: readonly Change[]): string[] {
  return changes.flatMap(({ field, old, new: now }) => {
    if (isPart(old) && isPart(now))
      return changed(
        [...new Set([...Object.keys(old), ...Object.keys(now)])]
          .filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]))
          .map((name) => ({ field: name, old: old[name], new: now[name] })),
      );
    if (!isScalar(old ?? null) || !isScalar(now ?? null)) return [`${t(words(field))}: ${t("changed")}`];
    return [`${t(words(field))}: ${told(old, field)} → ${told(now, field)}`];
  });
}

const isPart = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const told = (value: unknown, field: string): string =>
  value === null || value === undefined ? "–" : worded(value, field);
