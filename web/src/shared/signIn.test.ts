// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from "vitest";
import type { Role } from "../api/types";
import { clinicHere, forgetClinic, isElsewhere, onSomebodyElse, ownerOf, remember, WHO } from "./signIn";

const me = (clinic: string, name = "administrator"): Role => ({
  name,
  role: "administrator",
  patient_id: null,
  clinic,
});
const at = (address: string) => window.history.replaceState(null, "", address);

beforeEach(() => {
  localStorage.clear();
  at("/");
});

it("an address names the clinic, which is remembered until somebody comes into another one", () => {
  expect(clinicHere()).toBeNull();
  at("/users?clinic=north&x=1");
  expect(clinicHere()).toBe("north");
  expect(isElsewhere(me("clinic"))).toBe(true);
  expect(isElsewhere(me("north"))).toBe(false);
  remember(me("north"));
  expect(location.search).toBe("?x=1");
  expect(clinicHere()).toBe("north");
  remember(me("clinic"));
  expect(clinicHere()).toBeNull();
});

it("the clinic that needs no name can be asked for", () => {
  at("/?clinic=north");
  clinicHere();
  forgetClinic();
  expect(clinicHere()).toBeNull();
  at("/?clinic=clinic");
  expect(clinicHere()).toBeNull();
});

it("patients of the same number in two clinics keep their things apart", () => {
  const patient = { ...me("clinic", "p"), role: "patient", patient_id: "17" };
  expect(ownerOf(patient)).toBe("17");
  expect(ownerOf({ ...patient, clinic: "north" })).toBe("north/17");
});

it("a page hears of somebody else, and not of the same person or of a sign-out", () => {
  const act = vi.fn();
  const stop = onSomebodyElse(me("clinic"), act);
  const hear = (newValue: string | null) =>
    window.dispatchEvent(Object.assign(new Event("storage"), { key: WHO, newValue }));
  hear("clinic administrator administrator");
  hear(null);
  expect(act).not.toHaveBeenCalled();
  hear("north administrator administrator");
  expect(act).toHaveBeenCalledOnce();
  stop();
  hear("clinic nurse nurse");
  expect(act).toHaveBeenCalledOnce();
});
