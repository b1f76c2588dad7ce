// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import { startWords, takeCatalogues } from "../words/words";
import { translated } from "./sentences";

takeCatalogues({
  de: () => import("../words/de.json?clinic"),
  fr: () => import("../words/fr.json?clinic"),
});
afterEach(() => startWords("en"));

it.each([
  ["not painful", "nicht schmerzhaft"],
  [
    "Shoulder elevation to the right (slight): ipsilateral primary muscle of the table; from general knowledge, not read in a source; counts 50% beside the stronger form",
    "Schulterhochstand, rechts (leicht): Hauptmuskel der Tabelle (ipsilateral); aus allgemeinem Wissen, in keiner Quelle gelesen; zählt 50 % neben der stärkeren Form",
  ],
  [
    "takes part with probability 0.99: injected on 2026-08-10 with 62.5 units onabotulinumtoxinA: helped; not painful",
    "beteiligt mit Wahrscheinlichkeit 0.99: am 10-Aug-2026 mit 62.5 Einheiten onabotulinumtoxinA injiziert: hat geholfen; nicht schmerzhaft",
  ],
  [
    "takes part with probability 0.57: Elbow flexion, left: affected primary muscle of the table",
    "beteiligt mit Wahrscheinlichkeit 0.57: Ellbogenbeugung, links: Hauptmuskel der Tabelle (betroffene Seite)",
  ],
  [
    "at the top of its range (no range of a label or a usable publication; around the patient's own 45 units of 2026-09-21)",
    "am oberen Ende des Bereichs (kein Bereich einer Fachinformation oder brauchbaren Veröffentlichung; um die eigenen 45 Einheiten vom 21-Sep-2026)",
  ],
  [
    "chance of being judged too weak 5%; may spread into longus_colli (dysphagia, dysarthria), brachial_plexus (needle risk)",
    "Wahrscheinlichkeit, als zu schwach beurteilt zu werden, 5 %; kann sich ausbreiten in: M. longus colli (Dysphagie, Dysarthrie), Plexus brachialis (Nadelrisiko)",
  ],
])("%s", async (english, german) => {
  expect(translated(english)).toBeNull();
  await startWords("de");
  expect(translated(english)).toBe(german);
});

it("what is not known stays whole: no half of a sentence is told", async () => {
  await startWords("de");
  expect(translated("not painful; something that no engine says yet")).toBeNull();
  expect(translated("injected on 2026-08-10 with onabotulinumtoxinA: a new word")).toBeNull();
});
