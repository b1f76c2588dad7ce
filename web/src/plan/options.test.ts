import { describe, expect, it } from "vitest";
import type { Plan, Side } from "../api/types";
import { changesOf } from "./options";

const plan = (product: string, ...doses: [string, Side, string][]): Plan => ({
  product,
  indication: "cervical_dystonia",
  injections: doses.map(([muscle, side, units]) => ({ muscle, side, units })),
});

describe("what an option changes", () => {
  const last = plan("onabotulinumtoxinA", ["a", "left", "40"], ["b", "right", "30"], ["c", "left", "20"]);
  it("names new, changed and left-out doses, and is silent on what stays", () => {
    const next = plan("onabotulinumtoxinA", ["a", "left", "40.0"], ["b", "right", "35"], ["d", "left", "10"]);
    expect(changesOf(next, last)).toEqual([
      { muscle: "b", side: "right", before: "30", after: "35" },
      { muscle: "d", side: "left", before: null, after: "10" },
      { muscle: "c", side: "left", before: "20", after: null },
    ]);
  });
  it("adds up several injections of one muscle and side, and keeps sides apart", () => {
    const next = plan(
      "onabotulinumtoxinA",
      ["a", "left", "15"],
      ["a", "left", "25"],
      ["b", "left", "30"],
      ["b", "right", "30"],
      ["c", "left", "20"],
    );
    expect(changesOf(next, last)).toEqual([{ muscle: "b", side: "left", before: null, after: "30" }]);
  });
  it("compares no units of two products", () => {
    expect(changesOf(plan("abobotulinumtoxinA", ["a", "left", "40"]), last)).toBeNull();
  });
});
