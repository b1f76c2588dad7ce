import { describe, expect, it } from "vitest";
import type { Limit } from "../api/queries";
import { grouped } from "./limits";

const limit = (scope: string, top: string | null, headroom: string | null, subject = ""): Limit => ({
  rule: "r",
  scope,
  subject,
  limit: top,
  actual: null,
  headroom,
  unit: "units",
  verified: true,
});

describe("limits in reading order", () => {
  it("shows of one limit on many muscles the nearest, and how many more there are", () => {
    const found = grouped([
      limit("one site", "50", "10", "a"),
      limit("one site", "50", "-10", "b"),
      limit("one site", "50", "40", "c"),
    ]);
    expect(found).toHaveLength(1);
    expect(found[0]!.limit.subject).toBe("b");
    expect(found[0]!.others).toBe(2);
  });
  it("puts an exceeded limit first and one without a number last", () => {
    const found = grouped([
      limit("none", null, null),
      limit("wide", "400", "200"),
      limit("over", "100", "-1"),
    ]);
    expect(found.map((one) => one.limit.scope)).toEqual(["over", "wide", "none"]);
  });
  it("keeps limits apart that differ in their number", () => {
    expect(grouped([limit("a", "50", "1"), limit("a", "60", "1")])).toHaveLength(2);
  });
});
