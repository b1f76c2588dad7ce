// @vitest-environment happy-dom
import { afterEach, expect, it } from "vitest";
import { startWords, takeCatalogues } from "../words/words";
import { muscleOf } from "./MuscleField";

const MUSCLES = [
  {
    id: "splenius_capitis",
    name: "Splenius capitis muscle",
    region: "neck",
    sides: ["left" as const, "right" as const],
    also: ["SPL", "Splénius de la tête"],
  },
];
takeCatalogues({
  de: () => import("../words/de.json?clinic"),
  fr: () => import("../words/fr.json?clinic"),
});
afterEach(() => startWords("en"));

it("a channel's muscle is known by any of its names; anything else stays what was typed", async () => {
  for (const typed of ["splenius_capitis", "Splenius capitis ", "spl", "splenius de la tete"])
    expect(muscleOf(MUSCLES, typed)).toBe("splenius_capitis");
  expect(muscleOf(MUSCLES, "splenius cap")).toBe("splenius_cap");
  await startWords("de");
  expect(muscleOf(MUSCLES, "M. splenius capitis")).toBe("splenius_capitis");
});
