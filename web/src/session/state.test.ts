import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Draft, DoseRow } from "../plan/draft";
import { givenOf, goOn, newSession, planAsGiven, type SessionState } from "./state";

const row = (change: Partial<DoseRow> = {}): DoseRow => ({
  key: "row-1",
  muscle: "splenius_capitis",
  side: "left",
  units: "60",
  sites: "2",
  limb: null,
  volume: null,
  last: null,
  reasons: [],
  ...change,
});
const draft = (change: Partial<Draft> = {}): Draft => ({
  product: "onabotulinumtoxinA",
  indication: "cervical_dystonia",
  jurisdiction: "US",
  rows: [row()],
  vials: [],
  patient: {},
  lastSession: null,
  origin: "repeat_last",
  ...change,
});
const ticked = (state: SessionState): SessionState => ({
  ...state,
  steps: { consent: "2026-11-27T09:00:00Z", product_and_side: "2026-11-27T09:01:00Z" },
  given: { "row-1": { ...givenOf(state, row()), state: "given" } },
});

beforeEach(() => vi.useFakeTimers({ now: new Date("2026-11-27T10:00:00") }));
afterEach(() => vi.useRealTimers());

it("a session of the same plan goes on where it was left", () => {
  const kept = ticked(newSession(draft()));
  expect(goOn(kept, draft())).toBe(kept);
});

it.each([
  ["dose", { units: "75" }],
  ["side", { side: "right" as const }],
  ["number of sites", { sites: "3" }],
])("after another %s the plan is read aloud anew and the muscle is marked anew", (_, change) => {
  const later = draft({ rows: [row(change)] });
  const state = goOn(ticked(newSession(draft())), later);
  expect(Object.keys(state.steps)).toEqual(["consent"]);
  expect(givenOf(state, later.rows[0]!).state).toBe("open");
  expect(givenOf(state, later.rows[0]!).units).toBe(later.rows[0]!.units);
});

it("nothing of another product or another day is taken over", () => {
  const kept = ticked(newSession(draft()));
  expect(goOn(kept, draft({ product: "abobotulinumtoxinA" })).steps).toEqual({});
  vi.setSystemTime(new Date("2026-11-28T08:00:00"));
  expect(goOn(kept, draft()).steps).toEqual({});
  expect(goOn(kept, draft()).signKey).not.toBe(kept.signKey);
});

it("a signature that waits for the line is left as it is", () => {
  const kept = { ...ticked(newSession(draft())), waiting: { plan: {} } };
  vi.setSystemTime(new Date("2026-11-28T08:00:00"));
  expect(goOn(kept, draft())).toBe(kept);
});

it("a plan made the evening before is given today", () => {
  const made = draft();
  vi.setSystemTime(new Date("2026-11-28T08:00:00"));
  expect(planAsGiven(made, newSession(made)).date).toBe("2026-11-28");
});
