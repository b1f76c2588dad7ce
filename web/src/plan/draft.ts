/** The plan while it is being made. An empty dose is null: it is asked for, never taken as 0. */
import type {
  Chart,
  Exposure,
  Injection,
  Limb,
  Plan,
  PlanPatient,
  Session,
  Side,
  SitePosition,
  Vial,
} from "../api/types";
import { add, compare, divide, multiply, sum } from "../numbers/decimal";
import { today } from "../numbers/dates";
import { positionsOf, sitesOf, type Sites } from "../map/sites";
import type { Told } from "./reasons";

export interface DoseRow {
  key: string;
  muscle: string;
  side: Side;
  units: string | null;
  sites: string | null;
  limb: Limb | null;
  volume: string | null;
  /** Where somebody put the single sites on the map; the number of sites is `sites`. */
  places?: Sites | undefined;
  /** Units given last time in the same product; null if not injected then. */
  last: string | null;
  reasons: Told[];
}

export interface VialRow {
  key: string;
  units: string | null;
  diluent: string | null;
  lot: string;
  expires: string;
  openedAt: string | null;
}

export interface Draft {
  product: string;
  indication: string;
  jurisdiction: Plan["jurisdiction"];
  rows: DoseRow[];
  vials: VialRow[];
  patient: PlanPatient;
  lastSession: Plan["last_session"];
  origin: string;
  /** The copy that the server keeps, which any of the clinic's screens can go on with. */
  keptAs?: string | undefined;
}

let counter = 0;
export const rowKey = () => `row-${(counter += 1)}-${Date.now().toString(36)}`;

export function lastSessionOf(chart: Chart): Session | null {
  const given = chart.sessions.filter((session) => session.injections.length > 0);
  return given.sort((a, b) => a.date.localeCompare(b.date)).at(-1) ?? null;
}

/** What the rules must know of the patient, joined from the chart: all toxin of anyone, one entry per date and product. */
export function planPatient(chart: Chart): PlanPatient {
  const own: Exposure[] = chart.sessions
    // A session in which all was skipped gave nothing.
    .filter((session) => session.injections.length > 0)
    .map((session) => ({
      date: session.date,
      product: session.product,
      indication: session.indication,
      units: sum(session.injections.map((injection) => injection.units)),
      place: session.place ?? null,
    }));
  const same = (a: Exposure) => (b: Exposure) => a.date === b.date && a.product === b.product;
  const elsewhere = chart.exposures.filter((exposure) => !own.some(same(exposure)));
  const person = chart.patient;
  return {
    id: person.id,
    birth_date: person.birth_date,
    weight_kg: person.weight_kg,
    weight_date: person.weight_date,
    risks: chart.risks,
    exposure_history: person.exposure_history,
    exposures: [...own, ...elsewhere].sort((a, b) => a.date.localeCompare(b.date)),
    prior_toxin_tolerated: person.prior_toxin_tolerated,
  };
}

const key = (muscle: string, side: Side | null | undefined) => `${muscle} ${side ?? "midline"}`;

/** Units given last time by muscle and side; null when the products differ, since units are not interchangeable. */
export function lastDoses(chart: Chart, product: string): Map<string, string> {
  const last = lastSessionOf(chart);
  const doses = new Map<string, string>();
  if (!last || last.product !== product) return doses;
  for (const injection of last.injections) {
    const name = key(injection.muscle, injection.side);
    doses.set(name, add(doses.get(name) ?? "0", injection.units));
  }
  return doses;
}

/** Where the sites of a muscle lay last time, where the number of sites is still the same. */
function lastPlaces(chart: Chart, injection: Injection): Sites | undefined {
  const name = key(injection.muscle, injection.side);
  const before = lastSessionOf(chart)?.injections.find((one) => key(one.muscle, one.side) === name);
  return before && before.sites === injection.sites ? sitesOf(before.positions) : undefined;
}

export function vialRow(vial?: Vial): VialRow {
  return {
    key: rowKey(),
    units: vial?.units ?? null,
    diluent: vial?.diluent_ml ?? null,
    lot: vial?.lot ?? "",
    expires: vial?.expires ?? "",
    openedAt: vial?.opened_at ?? null,
  };
}

export function doseRow(injection: Injection, doses: Map<string, string>, reasons: Told[] = []): DoseRow {
  const side = injection.side ?? "midline";
  return {
    key: rowKey(),
    muscle: injection.muscle,
    side,
    units: injection.units,
    sites: injection.sites == null ? null : String(injection.sites),
    limb: injection.limb ?? null,
    volume: null,
    places: sitesOf(injection.positions),
    last: doses.get(key(injection.muscle, side)) ?? null,
    reasons,
  };
}

/** A draft from a plan document; the patient's part always comes from the chart as it is now. */
export function draftFromPlan(
  plan: Plan,
  chart: Chart,
  origin: string,
  reasons: Record<string, Told[]> = {},
): Draft {
  const doses = lastDoses(chart, plan.product);
  const last = lastSessionOf(chart);
  return {
    product: plan.product,
    indication: plan.indication,
    jurisdiction: plan.jurisdiction ?? chart.jurisdiction,
    rows: plan.injections.map((injection) => {
      const row = doseRow(injection, doses, reasons[key(injection.muscle, injection.side)] ?? []);
      return { ...row, places: row.places ?? lastPlaces(chart, injection) };
    }),
    // A vial's size and dilution are repeated; its lot, expiry and time of opening belong to the vial of that day.
    vials: (plan.reconstitution?.vials ?? []).map((vial) =>
      vialRow({ units: vial.units, diluent_ml: vial.diluent_ml ?? null }),
    ),
    patient: plan.patient?.exposures?.length
      ? { ...planPatient(chart), ...plan.patient }
      : planPatient(chart),
    lastSession: last
      ? { date: last.date, product: last.product, units: sum(last.injections.map((i) => i.units)) }
      : null,
    origin,
  };
}

export function emptyDraft(chart: Chart, product: string): Draft {
  const indication = lastSessionOf(chart)?.indication ?? chart.conditions[0]?.condition ?? "";
  const plan: Plan = { product, indication, injections: [], jurisdiction: chart.jurisdiction };
  return draftFromPlan(plan, chart, "blank");
}

/** Another product: muscles stay, every dose starts blank. Nothing converts units between products. */
export function changeProduct(draft: Draft, product: string, chart: Chart): Draft {
  const doses = lastDoses(chart, product);
  return {
    ...draft,
    product,
    vials: [],
    rows: draft.rows.map((row) => ({
      ...row,
      units: null,
      volume: null,
      reasons: [],
      last: doses.get(key(row.muscle, row.side)) ?? null,
    })),
  };
}

export function isComplete(draft: Draft): boolean {
  return draft.rows.length > 0 && draft.rows.every((row) => row.units !== null);
}

/** Concentration when all vials are made up alike; null when not told or when they differ. */
export function concentration(vials: readonly VialRow[]): { units: string; diluent: string } | null {
  const told = vials.filter((v) => v.units !== null && v.diluent !== null && compare(v.diluent, "0") > 0);
  const first = told[0];
  if (!first || told.length !== vials.length) return null;
  const alike = told.every(
    (v) => compare(multiply(v.units!, first.diluent!), multiply(first.units!, v.diluent!)) === 0,
  );
  return alike ? { units: first.units!, diluent: first.diluent! } : null;
}

/** Volume of a dose, to the hundredth of a millilitre that a syringe shows. */
export function volumeOf(units: string | null, vials: readonly VialRow[]): string | null {
  const made = concentration(vials);
  if (units === null || !made || compare(made.units, "0") <= 0) return null;
  return divide(multiply(units, made.diluent), made.units, 2);
}

/** The vials whose content is known, as the record writes them; null where there is none. */
export function reconstitutionOf(vials: readonly VialRow[]): NonNullable<Plan["reconstitution"]> | null {
  const known = vials.filter((vial) => vial.units !== null);
  if (known.length === 0) return null;
  return {
    vials: known.map((vial) => ({
      units: vial.units!,
      diluent_ml: vial.diluent,
      lot: vial.lot.trim() || null,
      expires: vial.expires || null,
      opened_at: vial.openedAt,
    })),
  };
}

export function planOf(draft: Draft): Plan {
  return {
    product: draft.product,
    indication: draft.indication,
    jurisdiction: draft.jurisdiction ?? null,
    // A plan made the evening before is given today.
    date: today(),
    patient: draft.patient,
    last_session: draft.lastSession ?? null,
    reconstitution: reconstitutionOf(draft.vials),
    injections: draft.rows
      .filter((row) => row.units !== null)
      .map((row) => ({
        muscle: row.muscle,
        side: row.side,
        units: row.units!,
        sites: row.sites === null ? null : Number(row.sites),
        volume_ml: volumeOf(row.units, draft.vials),
        limb: row.limb,
        ...placed(positionsOf(row.places, row.sites)),
      })),
  };
}

/** The field of an injection, left out where nobody placed a site. */
export const placed = (positions: SitePosition[]): Pick<Injection, "positions"> =>
  positions.length ? { positions } : {};

export function totalUnits(draft: Draft): string {
  return sum(draft.rows.map((row) => row.units ?? "0"));
}

/** Step of the arrow keys, in units of the product; a convenience of the keyboard, no clinical statement. */
export function stepOf(product: string): string {
  if (product.startsWith("rima")) return "250";
  if (product.startsWith("abo")) return "10";
  return "5";
}
