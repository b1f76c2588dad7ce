// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import { startWords, takeCatalogues } from "../words/words";
import { askText, remarkText } from "./asks";

takeCatalogues({ de: () => import("../words/de.json"), fr: () => import("../words/fr.json") });
afterEach(() => startWords("en"));

const OVER = {
  field: "symptoms",
  ask: "Dysphagia since 2026-11-25 (severe): is it over?",
  values: { symptom: "dysphagia", date: "2026-11-25", seriousness: "severe" },
};

it("asks in the reader's language", async () => {
  expect(askText(OVER)).toBe("Dysphagia since 25-Nov-2026 (severe): is it over?");
  await startWords("de");
  expect(askText(OVER)).toBe("Dysphagie seit 25-Nov-2026 (stark): Ist es vorbei?");
});

it("asks what it does not know, or has no values of, in the server's words", async () => {
  await startWords("de");
  expect(askText({ ...OVER, values: {} })).toBe("Dysphagia since 25-Nov-2026 (severe): is it over?");
  expect(askText({ field: "assessments.emg.side", ask: "splenius_capitis (emg): which side?" })).toBe(
    "splenius capitis (emg): which side?",
  );
});

it("says what speaks for a day", async () => {
  const label = { kind: "label_interval_unverified", values: { words: "12 weeks", date: "2027-02-01" } };
  expect(remarkText(label, "")).toBe(
    "The label's shortest interval of 12 weeks ends on 01-Feb-2027 (figure not verified).",
  );
  await startWords("de");
  expect(remarkText(label, "")).toBe(
    "Der kürzeste Abstand der Fachinformation (12 Wochen) endet am 01-Feb-2027 (Zahl nicht geprüft).",
  );
  expect(remarkText({ kind: "new", values: {} }, "Something on 2027-02-01.")).toBe(
    "Something on 01-Feb-2027.",
  );
});
