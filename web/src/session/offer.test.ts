import { describe, expect, it } from "vitest";
import { vialRow } from "../plan/draft";
import { linesOf, rowsOf, type Offered } from "./offer";

const vial = (vial_id: string, change: Partial<Offered> = {}): Offered => ({
  vial_id,
  lot: "K1",
  expires: "2027-01-31",
  units: "500",
  left: "500",
  state: "unopened",
  selectable: true,
  findings: [],
  ...change,
});

describe("vials from the stock", () => {
  it("bring size, lot and expiry of the vial, and the diluent of the plan", () => {
    const [row] = rowsOf([vial("a")], [vialRow({ units: "500", diluent_ml: "2.5" })]);
    expect(row).toMatchObject({ units: "500", lot: "K1", expires: "2027-01-31", diluent: "2.5" });
  });
  it("of another size bring no diluent: it is asked for", () => {
    const [row] = rowsOf([vial("a", { units: "300" })], [vialRow({ units: "500", diluent_ml: "2.5" })]);
    expect(row!.diluent).toBeNull();
  });
  it("are counted by lot, an opened one alone", () => {
    const lines = linesOf([vial("a"), vial("b"), vial("c", { state: "open", left: "120" })]);
    expect(lines.map((line) => [line.first.vial_id, line.count])).toEqual([
      ["a", 2],
      ["c", 1],
    ]);
  });
});
