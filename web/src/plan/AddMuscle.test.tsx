// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import type { MuscleRow } from "../api/queries";
import { muscleWord } from "../words/names";
import { startWords, takeCatalogues } from "../words/words";
import { choicesOf } from "./AddMuscle";

const row = (id: string, name: string, also: string[]): MuscleRow => ({
  id,
  name,
  region: "neck",
  sides: ["left", "right"],
  also,
});
const MUSCLES = [
  row("semispinalis_capitis", "Semispinalis capitis muscle", ["SSC", "Semi-épineux de la tête"]),
  row("rectus_capitis_posterior_major", "Rectus capitis posterior major muscle", [
    "M. rectus capitis posterior major",
    "Grand droit postérieur de la tête",
  ]),
  row("sternocleidomastoid", "Sternocleidomastoid muscle", ["SCM", "M. sternocleidomastoideus"]),
];
const found = (text: string) => choicesOf(MUSCLES, text).map(({ muscle, side }) => `${muscle} ${side}`);

takeCatalogues({
  de: () => import("../words/de.json?clinic"),
  fr: () => import("../words/fr.json?clinic"),
});
afterEach(() => startWords("en"));

describe("a muscle is found by any of its names", () => {
  it("by a short one, the Latin one, and without accents", () => {
    expect(found("scm r")).toEqual(["sternocleidomastoid right"]);
    expect(found("sternocleidomastoideus left")).toEqual(["sternocleidomastoid left"]);
    expect(found("semi-epineux l")).toEqual(["semispinalis_capitis left"]);
  });
  it("with the side in the reader's language; a word of the name is no side", async () => {
    await startWords("fr");
    expect(found("grand droit")).toEqual([
      "rectus_capitis_posterior_major left",
      "rectus_capitis_posterior_major right",
    ]);
    expect(found("grand droit d")).toEqual(["rectus_capitis_posterior_major right"]);
    await startWords("de");
    expect(found("rectus links")).toEqual(["rectus_capitis_posterior_major left"]);
  });
});

it("a muscle has the name that clinicians of the language use", async () => {
  await startWords("de");
  expect(muscleWord("splenius_capitis", "left")).toBe("M. splenius capitis, links");
  await startWords("fr");
  expect(muscleWord("flexor_carpi_radialis", "right")).toBe("Fléchisseur radial du carpe, droite");
});
