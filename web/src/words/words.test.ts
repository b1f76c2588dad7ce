import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIELDS, VALUES } from "../patient/history";
import { CONDITIONS, RISKS } from "../patient/FactsForm";
import { SYMPTOMS } from "../phone/symptoms";
import { REASON_KINDS } from "../plan/reasons";
import { RULES } from "../plan/rules";
import { FILLERS, SENTENCES } from "../plan/sentences";
import de from "./de.json";
import fr from "./fr.json";
import { words } from "./names";

const SOURCES = join(import.meta.dirname, "..");
const ENGINE = join(SOURCES, "../../src/reprieve");
/** Kinds of events that the audit page may show, as the record names them. */
const EVENT_KINDS = [
  ...readFileSync(join(ENGINE, "record/event_kinds.py"), "utf8").matchAll(/^ {4}[A-Z_]+ = "([a-z_]+)"/gm),
].map((match) => match[1]!);

const anatomy = <T>(name: string): T =>
  JSON.parse(readFileSync(join(ENGINE, "reference/data/anatomy", name), "utf8")) as T;
interface Body {
  region: string;
  spread_risks: { to: string; effect: string }[];
}
const { muscles } = anatomy<{ muscles: Body[] }>("muscles.json");
const { regions } = anatomy<{ regions: { id: string }[] }>("bodymap/regions.json");
const { postures } = anatomy<{ postures: { name: string }[] }>("postures.json");
const named = readFileSync(join(ENGINE, "reference/data/anatomy/names_by_language.csv"), "utf8");
/** Regions of the body and of its drawings, structures at risk, postures, as the reference data names them. */
const ANATOMY = [
  ...muscles.map((one) => words(one.region)),
  ...postures.map((one) => one.name),
  ...muscles.flatMap((one) => one.spread_risks.map((risk) => risk.effect)),
  // What is itself a muscle or a gland has its name from the table.
  ...[...regions.map((one) => one.id), ...muscles.flatMap((one) => one.spread_risks.map((risk) => risk.to))]
    .filter((id) => !named.includes(`\n${id},`))
    .map(words),
];
/** Scales whose name is a description; those with a name of their own keep it. */
const SCALES = [
  ...["Pain numeric rating 0-10", "Pain visual analogue scale"],
  "Symptom control diary (own instrument of this project, after a published design)",
];

/** Texts that reach t() through a name: words of the record, roles, lists. */
const THROUGH_NAMES = [
  ...[...CONDITIONS, ...RISKS, ...SYMPTOMS.map((one) => one.id), "dysarthria", "physiotherapy"].map(words),
  ...EVENT_KINDS.map(words),
  ...FIELDS,
  ...VALUES,
  ...Object.values(RULES),
  ...REASON_KINDS,
  ...ANATOMY,
  ...SCALES,
  ...SENTENCES,
  ...FILLERS,
  ...["One site", "Since the last dose", "One session", "Any indication, one treatment session"],
  ...["Change from the last session", "Sternocleidomastoid (total)", "Sternocleidomastoid (unilateral)"],
  ...["One lower limb", "Both lower limbs", "Paediatric, all indications"],
  ...["days", "hours", "minutes", "weeks", "years", "sites", "units per 0.1 mL"],
  ...["Label", "Literature", "Payer", "Local practice", "Label reprint", "Manufacturer", "Compendium"],
  ...["Paper", "Tertiary", "None", "Clinic review", "Web", "Payer or cms", "Dataset", "Model", "Model fit"],
  ...["Secondary", "Registry", "Cadaver", "Licence", "Review"],
  ...["Use", "Use with note", "Reject", "Dystonic", "Possible", "Compensatory", "Unusable"],
  ...["Injector", "Nurse", "Pharmacist", "Researcher", "Administrator", "Patient"],
  ...["Checked in", "Injecting", "Signed", "Planned"],
  ...["Injection", "Follow up", "Phone call"],
  ...["unknown", "female", "male", "other"],
  ...["clear", "slight", "doubtful", "mild", "moderate", "severe", "serious"],
  ...["Best expected", "Lowest dose that keeps most of the relief", "Last session with the smallest change"],
  "Loses least if the findings mislead",
  "relief is the share of all the pulling in this posture that the model expects toxin to take away at its peak; an index for comparing plans, not a score on a scale, not validated in patients",
  ...["given", "changed", "skipped", "not given yet"],
  ...["physiotherapy", "exercises", "medicine", "rest", "massage"],
  ...["Not tolerated", "Not needed today", "Could not be reached", "Patient declined"],
  ...["Anatomical", "Stimulation", "Ultrasound", "Endoscopy"],
  ...["Everyone", "Coming today", "Fading", "Needs attention", "This cycle", "1 year", "All"],
  ...["Given as planned", "Changed", "Skipped", "Left", "Right", "Surface", "Deep"],
  ...["Since last time", "Session", "Follow-up", "Chart", "Assess", "Plan"],
  ...["Show these keys", "Find a patient", "In a list: move, open", "In the plan: add a muscle"],
  ...["In a dose: one step more or less", "In a dose: left, right, both sides", "In a dose: next dose"],
  "On the body map and the time line: move",
  ...["back", "forward"],
  ...["Patient's right", "Patient's left"],
  ...["Rest", "Posture", "Opposite", "Trick", "Maximal", "Isometric", "Mirror", "Stretch", "Needle", "Task"],
  ...["Movement", "Other"],
  ...["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  ...["Never", "Corrections", "Always", "confirmed", "corrected", "withdrawn", "Open", "Unopened"],
  ...["rest of vial", "expired", "over time", "session cancelled", "wrongly made up", "broken"],
  ...["no vacuum", "recalled", "lost"],
  ...["as planned", "more than planned", "less than planned", "not given", "not planned"],
  ...["Other muscles", "Structures at risk", "Spread of the toxin", "Lines of pull"],
  ...["rounded up", "rounded to the nearest", "rounded down", "Benefit", "No benefit", "Mixed", "Unknown"],
  ...["Approve as the second person", "Visit report", "Packet for the payer", "Printed sheet"],
  ...["Name and birth date said by the patient", "Consent given", "Side and muscles marked, map compared"],
  ...["Toxin anywhere else since last time asked", "Allergies, new medicines, pregnancy asked"],
  ...["Swallowing, breathing, weakness asked", "EMG, stimulation or ultrasound ready"],
  ...["Time-out: product, dose and side read aloud by two", "Numbing cream on", "Numbing cream off"],
  "An expired vial may be signed for, with a reason and a second person",
  "A session is signed only with vials that are in stock",
  "One vial may serve several patients of a day (labels say one)",
  "Head angles may be measured by a camera in the browser; for research, no picture leaves it or is kept",
  "Patients may measure their head angles with the camera of their phone and send them; for research, the angles alone and no picture",
  "Patients may ask for a reminder on their phone: this server then calls the push service of the phone's maker, with one sealed sentence that names nobody",
];

function texts(): Set<string> {
  const found = new Set<string>(THROUGH_NAMES);
  for (const name of readdirSync(SOURCES, { recursive: true }) as string[]) {
    if (!/\.tsx?$/.test(name) || /\.test\./.test(name)) continue;
    const source = readFileSync(join(SOURCES, name), "utf8");
    const take = (text: string) => found.add(JSON.parse(`"${text}"`) as string);
    for (const match of source.matchAll(/\bt\(\s*"((?:[^"\\]|\\.)*)"/g)) take(match[1]!);
    for (const match of source.matchAll(/\bt\(((?:[^()"]|"(?:[^"\\]|\\.)*")*)\)/g))
      for (const branch of match[1]!.matchAll(/[?:]\s*"((?:[^"\\]|\\.)*)"/g)) take(branch[1]!);
    for (const match of source.matchAll(/\b(?:label|word|question|low|high): "((?:[^"\\]|\\.)*)"/g))
      take(match[1]!);
    for (const match of source.matchAll(/useTitle\("([^"]+)"\)/g)) take(match[1]!);
  }
  return found;
}

const slots = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((match) => match[0]).sort();

describe.each([
  ["German", de as Record<string, string>],
  ["French", fr as Record<string, string>],
])("%s", (_, catalogue) => {
  it("has every text of the screens", () => {
    expect([...texts()].filter((text) => !(text in catalogue))).toEqual([]);
  });
  it("has no text that no screen shows", () => {
    const known = texts();
    expect(Object.keys(catalogue).filter((text) => !known.has(text))).toEqual([]);
  });
  it("keeps every slot of a text", () => {
    const wrong = Object.entries(catalogue).filter(
      ([text, told]) => JSON.stringify(slots(text)) !== JSON.stringify(slots(told)),
    );
    expect(wrong).toEqual([]);
  });
});

it("every rule of the engine has a name in words", () => {
  const files = readdirSync(join(ENGINE, "plan/safety/rules"));
  const rules = files.filter((name) => /^[a-z]\w*\.py$/.test(name)).map((name) => name.slice(0, -3));
  expect(rules.length).toBeGreaterThan(40);
  expect(rules.filter((rule) => !(rule in RULES))).toEqual([]);
});
