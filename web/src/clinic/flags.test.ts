// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { range, shown } from "../numbers/dates";
import { startWords, takeCatalogues } from "../words/words";
import { flagText } from "./flags";

takeCatalogues({ de: () => import("../words/de.json"), fr: () => import("../words/fr.json") });
afterEach(() => startWords("en"));

const RED = {
  kind: "red_flag",
  text: "breathing difficulty, severe",
  values: { symptom: "breathing_difficulty", seriousness: "severe", date: "2026-11-23" },
};
const GIVEN = {
  kind: "duplicate_exposure",
  text: "toxin given at Bladder clinic on 2026-05-16",
  values: { place: "Bladder clinic", date: "2026-05-16" },
};
const MISSED = {
  kind: "overdue",
  text: "appointment of 2026-12-24 was missed",
  values: { date: "2026-12-24" },
};

describe("what needs attention is said in the reader's language", () => {
  it("in English", () => {
    expect([RED, GIVEN, MISSED].map(flagText)).toEqual([
      "Breathing difficulty, severe",
      "toxin given at Bladder clinic on 16-May-2026",
      "appointment of 24-Dec-2026 was missed",
    ]);
  });
  it("in German", async () => {
    await startWords("de");
    expect([RED, GIVEN, MISSED].map(flagText)).toEqual([
      "Atemnot, stark",
      "Toxin am 16-Mai-2026 anderswo gegeben: Bladder clinic",
      "Termin vom 24-Dez-2026 wurde versäumt",
    ]);
  });
  it("in French", async () => {
    await startWords("fr");
    expect(flagText({ kind: "unsigned", text: "", values: { date: "2026-08-01" } })).toBe(
      "séance du 01-août-2026 non signée",
    );
    expect(flagText({ kind: "never_injected", text: "", values: {} })).toBe("pas encore injecté ici");
  });
  it("and a kind of a newer server, or one without values, in the server's words", async () => {
    await startWords("de");
    expect(flagText({ kind: "unheard_of", text: "something on 2026-01-02" })).toBe(
      "something on 02-Jan-2026",
    );
    expect(flagText({ kind: "overdue", text: "appointment of 2026-12-24 was missed" })).toBe(
      "appointment of 24-Dez-2026 was missed",
    );
  });
});

it("names of months are words too", async () => {
  await startWords("de");
  expect(shown("2026-10-05")).toBe("05-Okt-2026");
  expect(range("2026-12-28", "2027-03-08")).toBe("28 Dez 2026 – 8 Mär 2027");
});
