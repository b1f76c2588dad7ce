// @vitest-environment happy-dom
import { createRoot } from "react-dom/client";
import { act } from "react";
import { afterEach, expect, it } from "vitest";
import type { Finding } from "../api/types";
import { startWords, takeCatalogues } from "../words/words";
import { FindingWords } from "./findings";

takeCatalogues({ de: () => import("../words/de.json"), fr: () => import("../words/fr.json") });
afterEach(() => startWords("en"));
(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;

const finding = {
  rule: "muscle_dose_above_label",
  severity: "warning",
  message:
    "splenius capitis left: 120 units, above the limit of 100 units; skyscape_ona (compendium, checked).",
  limit: "100",
  actual: "120",
  exceed_by: "20",
  unit: "units",
  subject: "splenius_capitis left",
  sources: [],
  clears_if: "",
} as Finding;

async function told(language: "en" | "de"): Promise<string> {
  await startWords(language);
  const box = document.createElement("div");
  const root = createRoot(box);
  act(() => root.render(<FindingWords finding={finding} />));
  const text = box.textContent;
  act(() => root.unmount());
  return text;
}

it("an English reader has the engine's sentence", async () => {
  expect(await told("en")).toBe(finding.message);
});

it("a German reader has rule, muscle and figures in German, and the sentence below, since it names the source", async () => {
  const text = await told("de");
  expect(text).toContain(
    "Muskel: über der zugelassenen Dosis: Splenius capitis, links · 120 Einheiten, Grenze 100 Einheiten",
  );
  expect(text).toContain(finding.message);
});
