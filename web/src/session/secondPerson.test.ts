import { describe, expect, it } from "vitest";
import type { Approval, Policy } from "../api/queries";
import type { Finding } from "../api/types";
import { barred, unapproved } from "./secondPerson";

const finding = (rule: string, subject = "patient") =>
  ({ rule, subject, severity: "error", message: "", sources: [] }) as unknown as Finding;
const policy = (...rules: string[]) => ({ second_person_rules: rules, vial_overrides: true }) as Policy;
const approval = (rule: string, by: string, subject = "patient"): Approval => ({
  rule,
  subject,
  by,
  reason: "agreed on the phone",
  at: "2026-11-26T10:00:00Z",
});

describe("a second person", () => {
  it("is asked for by the policy's rules, and for a bad vial always", () => {
    const both = [finding("session_units"), finding("vial_expired")];
    expect(unapproved(both, policy(), [], "a")).toEqual([both[1]]);
    expect(unapproved(both, policy("session_units"), [], "a")).toEqual(both);
    expect(unapproved(both, policy("*"), [], "a")).toEqual(both);
  });
  it("gets nobody past a bad vial where the clinic's policy does not let a vial be signed for", () => {
    const strict = { ...policy("*"), vial_overrides: false };
    expect(barred("vial_expired", strict)).toBe(true);
    expect(barred("session_units", strict)).toBe(false);
    expect(unapproved([finding("vial_expired")], strict, [], "a")).toEqual([]);
  });
  it("is somebody else, and agrees to one rule and one subject", () => {
    const one = [finding("session_units", "patient")];
    expect(unapproved(one, policy("*"), [approval("session_units", "a")], "a")).toEqual(one);
    expect(unapproved(one, policy("*"), [approval("session_units", "b", "neck")], "a")).toEqual(one);
    expect(unapproved(one, policy("*"), [approval("session_units", "b")], "a")).toEqual([]);
  });
});
