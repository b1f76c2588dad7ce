/** The documents of the server as this client reads them. Decimals are text ("62.5"), days are ISO, unknown is null. */

export type Side = "left" | "right" | "midline" | "both";
export type Limb = "right_arm" | "left_arm" | "right_leg" | "left_leg";
export type Decimal = string;
export type Day = string;

export interface Exposure {
  date: Day;
  product: string;
  indication?: string | null;
  units?: Decimal | null;
  place?: string | null;
}

export interface PlanPatient {
  id?: string | null;
  birth_date?: Day | null;
  age_years?: Decimal | null;
  weight_kg?: Decimal | null;
  weight_date?: Day | null;
  risks?: string[];
  exposure_history?: "known" | "unknown";
  exposures?: Exposure[];
  prior_toxin_tolerated?: boolean | null;
}

export interface Vial {
  units: Decimal;
  diluent_ml?: Decimal | null;
  lot?: string | null;
  expires?: Day | null;
  opened_at?: string | null;
}

export interface Injection {
  muscle: string;
  side?: Side | null;
  units: Decimal;
  sites?: number | null;
  volume_ml?: Decimal | null;
  limb?: Limb | null;
  /** Sites that somebody placed on the body map; left out where nobody did. */
  positions?: SitePosition[];
}

/** Fractions of a view of the body map, from its left and upper edge as it is looked at; `map` is the drawings' version. */
export interface SitePosition {
  view: string;
  x: Decimal;
  y: Decimal;
  map: string;
}

export interface Plan {
  product: string;
  indication: string;
  injections: Injection[];
  jurisdiction?: "US" | "EU" | "UK" | null;
  date?: Day | null;
  patient?: PlanPatient;
  reconstitution?: { vials: Vial[] } | null;
  last_session?: { date: Day; product: string; units?: Decimal | null } | null;
}

export interface GivenInjection extends Injection {
  guidance?: string | null;
  lot?: string | null;
}

export interface Skipped {
  muscle: string;
  reason: string;
  side?: Side | null;
}

export interface MuscleEffect {
  muscle: string;
  effect: "worse" | "same" | "better" | "weak";
  side?: Side | null;
  date?: Day | null;
}

export interface Session {
  date: Day;
  product: string;
  indication: string;
  injections: GivenInjection[];
  id?: string | null;
  jurisdiction?: Plan["jurisdiction"];
  reconstitution?: Plan["reconstitution"];
  skipped?: Skipped[];
  muscle_effects?: MuscleEffect[];
  signed_by?: string | null;
  signed_at?: string | null;
  place?: string | null;
  note?: string | null;
}

export interface ChartPatient {
  id: string;
  family_name: string | null;
  given_name: string | null;
  birth_date: Day | null;
  sex: string;
  weight_kg: Decimal | null;
  weight_date: Day | null;
  exposure_history: "known" | "unknown";
  prior_toxin_tolerated: boolean | null;
  language: string | null;
}

export interface Rating {
  date: Day;
  scale: string;
  total: Decimal | null;
  items?: Record<string, Decimal> | null;
  rater?: string | null;
  note?: string | null;
}

export interface DiaryEntry {
  date: Day;
  severity: Decimal | null;
  pain?: Decimal | null;
  function?: Decimal | null;
  mood?: Decimal | null;
  sleep?: Decimal | null;
  treatments?: string[];
  note?: string | null;
  entered_at?: string | null;
}

export interface Symptom {
  date: Day;
  symptom: string;
  seriousness: "mild" | "moderate" | "severe" | "serious";
  resolved?: Day | null;
  muscle?: string | null;
  side?: Side | null;
  session?: string | null;
  lot?: string | null;
  note?: string | null;
}

/** By the camera of the patient's phone, for research; positive is to the patient's left and forward. */
export interface HeadAngles {
  date: Day;
  turn_deg: Decimal;
  tilt_deg: Decimal;
  nod_deg: Decimal;
  turn_error_deg: Decimal;
  tilt_error_deg: Decimal;
  nod_error_deg: Decimal;
  turn_moved_deg: Decimal;
  tilt_moved_deg: Decimal;
  nod_moved_deg: Decimal;
  pictures: number;
  method: string;
  version: string;
  entered_at?: string | null;
}

export interface PostureFinding {
  posture: string;
  side?: Side | null;
  angle_deg?: Decimal | null;
  certainty?: "clear" | "slight" | "doubtful";
}

export interface Assessment {
  date: Day;
  postures: PostureFinding[];
  examination?: {
    muscle: string;
    side?: Side | null;
    hypertrophy?: boolean | null;
    pain?: boolean | null;
    contracture?: boolean | null;
  }[];
  emg?: { muscle: string; side?: Side | null; recording?: string | null }[];
  sensory_trick?: boolean | null;
  note?: string | null;
}

export interface Chart {
  patient: ChartPatient;
  jurisdiction: Plan["jurisdiction"];
  conditions: { condition: string; since?: Day | null; side?: Side | null; note?: string | null }[];
  risks: string[];
  goals: { text: string; date?: Day | null; muscle?: string | null; side?: Side | null }[];
  exposures: Exposure[];
  sessions: Session[];
  ratings: Rating[];
  diary: DiaryEntry[];
  /** Left out while there is none. */
  head_angles?: HeadAngles[];
  symptoms: Symptom[];
  assessments: Assessment[];
  other_treatments: { date: Day; treatment: string; until?: Day | null; note?: string | null }[];
  appointments: { date: Day; purpose: string; state: "booked" | "kept" | "missed" | "cancelled" }[];
  drafts: Plan[];
}

export interface SourceRef {
  key: string;
  grade: string;
  checked: boolean;
}

export interface Finding {
  rule: string;
  severity: "error" | "warning" | "info";
  message: string;
  limit: Decimal | null;
  actual: Decimal | null;
  exceed_by: Decimal | null;
  unit: string | null;
  subject: string;
  sources: SourceRef[];
  clears_if: string;
}

export interface Role {
  name: string;
  role: string;
  patient_id: string | null;
  clinic: string;
}

export interface Health {
  status: string;
  version: string;
  demo: boolean;
  /** The clinic's identity provider, where the server knows one. */
  identity_provider?: { label: string; address: string };
  demo_accounts?: { name: string; role: string; password: string }[];
}
