/** What the screens ask the server for. */
import { useQuery, type QueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { get, post } from "./client";
import { readForecast } from "./forecast";
import type { Chart, Finding, Health, Plan, Role, Side } from "./types";

export const useHealth = () =>
  useQuery({ queryKey: ["health"], queryFn: () => get<Health>("/api/health"), staleTime: Infinity });

const ME = ["me"];

export const useMe = () =>
  useQuery({
    queryKey: ME,
    queryFn: ({ client }) =>
      get<Role>("/api/me").catch((error: { status?: number }) => {
        if (error.status !== 401) throw error;
        // Whoever was here a moment ago is asked to sign in again; the page and what was typed on it wait for that.
        const before = client.getQueryData<Role | null>(ME) ?? null;
        if (before) window.dispatchEvent(new Event("reprieve:signed-out"));
        return before;
      }),
    staleTime: Infinity,
  });

/**
 * Drop everything that the last person read. Who is signed in stays as a query: the page watches it, and a removed
 * query is watched by nobody.
 */
export function forget(client: QueryClient): void {
  client.removeQueries({
    predicate: (query) => query.queryKey[0] !== "me" && query.queryKey[0] !== "health",
  });
}

/** `text` is English; `values` are what it says: date, place, symptom, seriousness. */
export interface TodayFlag {
  kind: string;
  text: string;
  values?: Record<string, string>;
}

export interface TodayRow {
  patient_id: string;
  family_name: string | null;
  given_name: string | null;
  birth_date: string | null;
  appointment: string | { date: string; purpose?: string; state?: string; time?: string } | null;
  state: string | null;
  condition: string | null;
  product: string | null;
  last_session: { date: string; units: string; product: string } | null;
  weeks_since: number | null;
  /** Half of the effect gone: what `chance_faded` is the chance of. */
  fading: { low: string | null; median: string | null; high: string | null } | null;
  chance_faded: number | null;
  flags: TodayFlag[];
}

export const useToday = (date: string) =>
  useQuery({
    queryKey: ["today", date],
    queryFn: () => get<{ date: string; rows: TodayRow[] }>(`/api/today?date=${date}`),
  });

export interface PatientRow {
  patient_id: string;
  family_name: string | null;
  given_name: string | null;
  birth_date: string | null;
  condition: string | null;
}

export const usePatients = (search: string, enabled = true) =>
  useQuery({
    queryKey: ["patients", search],
    queryFn: () =>
      // In the body: what stands in an address stands in logs and histories, and this is a name.
      post<{ rows: PatientRow[]; next: string | null }>("/api/patients/search", { limit: 20, search }),
    enabled,
  });

const patient = (id: string) => `/api/patients/${encodeURIComponent(id)}`;

export const useChart = (id: string) =>
  useQuery({ queryKey: ["patient", id, "chart"], queryFn: () => get<Chart>(`${patient(id)}/chart`) });

export const useForecast = (id: string) => {
  const query = useQuery({
    queryKey: ["patient", id, "forecast"],
    queryFn: () => get<unknown>(`${patient(id)}/forecast`),
    retry: false,
  });
  const curve = useMemo(() => (query.data ? readForecast(query.data) : null), [query.data]);
  return { ...query, curve };
};

export interface MovingEntry {
  date: string;
  scale: string;
  score: number;
  moved_fading_days: number;
}

export const useMovedBy = (id: string, enabled: boolean) =>
  useQuery({
    queryKey: ["patient", id, "forecast", "explanation"],
    queryFn: () =>
      get<{ abstains: boolean; reason: string | null; entries: MovingEntry[] }>(
        `${patient(id)}/forecast/explanation`,
      ),
    retry: false,
    enabled,
  });

export interface RankedMuscle {
  muscle: string;
  side: Side | null;
  probability: number;
  interval: [number, number] | { low: number; high: number } | null;
  evidence: (string | { text?: string; kind?: string; reason?: string; message?: string })[];
}

export const useRanking = (id: string, enabled = true) =>
  useQuery({
    queryKey: ["patient", id, "assessment"],
    queryFn: () => get<{ muscles: RankedMuscle[] }>(`${patient(id)}/assessment`),
    retry: false,
    enabled,
  });

export interface Proposal {
  id: string;
  title: string;
  plan: Plan;
  reasons: (string | Record<string, unknown>)[];
  findings?: Finding[];
  expected_effect?: unknown;
  binding_limits?: unknown[];
  optimality_gap?: number | null;
}

/** `ask` is English; `field` says what is missing and `values` of what. */
export interface Ask {
  field: string;
  ask: string;
  why?: string;
  stops?: boolean;
  values?: Record<string, string>;
}

export interface Proposals {
  proposals: Proposal[];
  repeat_last: Plan | null;
  asks: Ask[];
}

export const useProposals = (id: string, product: string | null) =>
  useQuery({
    queryKey: ["patient", id, "proposals", product],
    queryFn: () =>
      get<Proposals>(`${patient(id)}/proposals${product ? `?product=${encodeURIComponent(product)}` : ""}`),
    retry: false,
    staleTime: 60_000,
  });

export interface MuscleRow {
  id: string;
  name: string;
  region: string;
  sides: Side[];
  /** What else it is called: short and Latin names, and those of other languages. */
  also: string[];
}

export const useMuscles = () =>
  useQuery({
    queryKey: ["muscles"],
    queryFn: () => get<MuscleRow[]>("/api/reference/muscles"),
    staleTime: Infinity,
  });

export interface ProductRow {
  id: string;
  brands?: string[];
  vial_units?: (string | number)[];
}

export const useProducts = () =>
  useQuery({
    queryKey: ["products"],
    queryFn: () => get<ProductRow[]>("/api/reference/products"),
    staleTime: Infinity,
  });

export const useRegions = () =>
  useQuery({
    queryKey: ["bodymap"],
    queryFn: () => get<{ regions: { id: string; muscles: string[] }[] }>("/api/reference/bodymap"),
    staleTime: Infinity,
    select: (body) => Object.fromEntries(body.regions.map((region) => [region.id, region.muscles])),
  });

export interface Policy {
  second_person_for_reviews: "never" | "corrections" | "always";
  second_person_rules: string[];
  shortest_override_reason: number;
  approval_hours: number;
  vial_overrides: boolean;
  stock_required: boolean;
  vials_shared: boolean;
  push_reminders: boolean;
  camera_posture: boolean;
  camera_at_home: boolean;
  payer_rounding: "up" | "nearest" | "down";
}

export const usePolicy = () =>
  useQuery({ queryKey: ["policy"], queryFn: () => get<Policy>("/api/policy"), retry: false });

export interface Approval {
  rule: string;
  subject: string;
  reason: string;
  by: string;
  at: string;
}

/** A plan that nobody signed or took back yet. */
export interface KeptDraft {
  draft_id: string;
  by: string;
  at: string;
  plan: Plan;
}

export const useDrafts = (id: string, enabled = true, every: number | false = false) =>
  useQuery({
    queryKey: ["patient", id, "drafts"],
    queryFn: () => get<{ rows: KeptDraft[] }>(`${patient(id)}/drafts`),
    enabled,
    refetchInterval: every,
  });

/** A second person's approvals that can still be used; asked again every few seconds while somebody waits for one. */
export const useApprovals = (id: string, enabled: boolean, every: number | false = false) =>
  useQuery({
    queryKey: ["approvals", id],
    queryFn: () => get<{ rows: Approval[] }>(`${patient(id)}/approvals`),
    enabled,
    refetchInterval: every,
    retry: false,
  });

export interface Limit {
  rule?: string;
  scope: string;
  subject?: string | null;
  /** The value has to reach the limit (an interval) instead of staying below it. */
  least?: boolean;
  /** Going over it stops the plan; otherwise it is advice. */
  blocks?: boolean;
  nature?: string | null;
  words?: string | null;
  limit: string | null;
  actual: string | null;
  headroom: string | null;
  unit?: string | null;
  verified: boolean;
  source?: unknown;
  label?: string | null;
}

export interface CheckReport {
  verdict: "clear" | "warned" | "blocked";
  totals: Record<string, unknown>;
  limits: Limit[];
  findings: Finding[];
  not_checked: (string | Record<string, unknown>)[];
}
