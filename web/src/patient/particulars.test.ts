import { expect, it } from "vitest";
import type { ChartPatient } from "../api/types";
import { today } from "../numbers/dates";
import { particularsOf, patientOf } from "./ParticularsFields";

const BEFORE = {
  id: "p-1",
  family_name: "Okafor",
  given_name: "Ruth",
  birth_date: "1971-03-09",
  sex: "female",
  weight_kg: "64",
  weight_date: "2026-01-05",
  exposure_history: "unknown",
  prior_toxin_tolerated: true,
  language: "fr",
} as ChartPatient;

it("what was not touched stays, with the day of the weight and what the form does not show", () => {
  const told = { ...particularsOf(BEFORE, "EU"), history: "known" as const };
  expect(patientOf(told, BEFORE)).toEqual({ ...BEFORE, exposure_history: "known" });
});

it("another weight has the day on which it was told, and none has none", () => {
  const told = particularsOf(BEFORE, "EU");
  expect(patientOf({ ...told, weight: "61.5" }, BEFORE).weight_date).toBe(today());
  expect(patientOf({ ...told, weight: null }, BEFORE).weight_date).toBeNull();
});
