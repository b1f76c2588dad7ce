// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { startWords, takeCatalogues } from "../words/words";
import { changed, fieldsOf, summaryOf, withFields } from "./history";

describe("the history in words", () => {
  it("says every figure of an entry, no id, and nothing of what is not known", () => {
    const body = {
      session_id: "s1",
      date: "2026-11-26",
      scale: "twstrs",
      total: "41",
      note: null,
      items: [],
    };
    expect(summaryOf(body)).toBe("Scale: twstrs · Total: 41");
  });
  it("opens nested parts and counts lists of parts", () => {
    expect(
      summaryOf({
        injection: { muscle: "splenius_capitis", units: "50", positions: [{ x: "1" }, { x: "2" }] },
      }),
    ).toBe("Muscle: Splenius capitis · Units: 50 · Positions: 2");
  });
  it("shows old → new for a nested dose, and a dash for what nobody knew", () => {
    const old = { muscle: "splenius_capitis", units: "60", lot: null };
    const now = { muscle: "splenius_capitis", units: "50", lot: "C1" };
    expect(changed([{ field: "injection", old, new: now }])).toEqual(["Units: 60 → 50", "Lot: – → C1"]);
  });
  it("takes what was typed, also an item of a scale, and leaves the rest as it is", () => {
    const body = { total: "36", note: null, items: { a1_rotation: 1, b_duration: 2 }, list: [1] };
    const fields = fieldsOf(body);
    expect(fields).toEqual({ total: "36", note: "", "items.a1_rotation": "1", "items.b_duration": "2" });
    expect(withFields(body, { ...fields, total: "35", "items.b_duration": "1" })).toEqual({
      ...body,
      total: "35",
      items: { a1_rotation: 1, b_duration: 1 },
    });
  });
  it("says that the content is gone when it was erased", () => {
    expect(summaryOf(null)).toBe("The content was erased.");
  });
});

it("puts words of the record in the reader's language, and never a name", async () => {
  takeCatalogues({ de: () => import("../words/de.json"), fr: () => import("../words/fr.json") });
  await startWords("de");
  expect(summaryOf({ name: "patient", side: "left", seriousness: "mild" })).toBe(
    "Name: patient · Seite: links · Schwere: leicht",
  );
  await startWords("en");
});
