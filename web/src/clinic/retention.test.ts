import { describe, expect, it } from "vitest";
import { everyPage, mayErase, whyDue, type Due } from "./retention";

const ROW: Due = {
  patient_id: "p-1",
  last_contact: "2012-02-29",
  due: "2022-03-01",
  remark: null,
  held: false,
};
const RULE = { years: 10, child_until_age: 28 };

describe("who is due", () => {
  it("is read to the end, part by part", async () => {
    const asked: (string | null)[] = [];
    const rows = await everyPage(async (after) => {
      asked.push(after);
      return after === null ? { rows: [ROW], next: "p-7" } : { rows: [], next: null };
    });
    expect(asked).toEqual([null, "p-7"]);
    expect(rows).toEqual([ROW]);
  });
  it("is erased by list only when the day has come and nobody holds it", () => {
    expect(mayErase(ROW, "2022-03-01")).toBe(true);
    expect(mayErase(ROW, "2022-02-28")).toBe(false);
    expect(mayErase({ ...ROW, held: true, remark: "held: court" }, "2030-01-01")).toBe(false);
  });
  it("says why", () => {
    expect(whyDue(ROW, RULE, "2026-01-01")).toBe("10 years after the last contact");
    expect(whyDue({ ...ROW, due: "2024-06-05" }, RULE, "2026-01-01")).toBe("until the age of 28");
    expect(whyDue(ROW, RULE, "2021-01-01")).toContain("not due yet");
    expect(whyDue({ ...ROW, held: true, remark: "held: a court asked" }, RULE, "2026-01-01")).toBe(
      "held: a court asked",
    );
  });
});
