import { describe, expect, it } from "vitest";
import { stockLines, type StockVial } from "./stockRows";

const vial = (vial_id: string, change: Partial<StockVial> = {}): StockVial => ({
  vial_id,
  product: "onabotulinumtoxinA",
  units: "100",
  lot: "C1",
  expires: "2028-06-18",
  opened_at: null,
  left: "100",
  state: "unopened",
  ...change,
});

describe("lines of the stock", () => {
  it("counts unopened vials of one lot together and keeps sizes, lots and products apart", () => {
    const lines = stockLines([
      vial("a"),
      vial("b"),
      vial("c", { units: "200" }),
      vial("d", { lot: "C2" }),
      vial("e", { product: "incobotulinumtoxinA" }),
    ]);
    expect(lines.map((line) => line.count).sort()).toEqual([1, 1, 1, 2]);
    expect(lines.reduce((sum, line) => sum + line.count, 0)).toBe(5);
  });
  it("gives each open vial its own line, above the unopened ones of its lot", () => {
    const open = { state: "open", left: "40" };
    const lines = stockLines([vial("a"), vial("b", open), vial("c", open)]);
    expect(lines.map((line) => line.first.vial_id)).toEqual(["b", "c", "a"]);
  });
  it("puts first what expires first", () => {
    const lines = stockLines([vial("late"), vial("soon", { lot: "C0", expires: "2026-12-01" })]);
    expect(lines.map((line) => line.first.vial_id)).toEqual(["soon", "late"]);
  });
});
