import { expect, it } from "vitest";
import { homeOf, isBarred, PLACES } from "./places";

it("whoever signs in after somebody else does not stay on a page of that role", () => {
  expect(isBarred("injector", "/users")).toBe(true);
  expect(isBarred("nurse", "/audit")).toBe(true);
  expect(isBarred("administrator", "/users")).toBe(false);
  expect(isBarred("injector", "/patients/p-1/plan")).toBe(false);
  expect(isBarred("injector", "/")).toBe(false);
});

it("no role is barred from where its day begins", () => {
  for (const role of new Set(PLACES.flatMap((place) => place.roles)))
    expect(isBarred(role, homeOf(role)), role).toBe(false);
});
