import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isHigherBetter, isImpression, isOfChange, ratingText } from "./scales";

interface Row {
  id: string;
  higher_is: string;
}

const DATA = "../../../src/reprieve/reference/data/scales/scales.json";

it("knows the direction of every scale in the reference", () => {
  const { scales } = JSON.parse(readFileSync(join(import.meta.dirname, DATA), "utf8")) as { scales: Row[] };
  expect(scales.length).toBeGreaterThan(20);
  const comparable = scales.filter((row) => !isOfChange(row.id));
  expect(comparable.filter((row) => isHigherBetter(row.id)).map((row) => row.id)).toEqual(
    comparable.filter((row) => row.higher_is === "better").map((row) => row.id),
  );
});

it("says an impression of change in words, and leaves figures of another coding alone", () => {
  expect(ratingText("pgic", "2")).toBe("PGIC +2, much better");
  expect(ratingText("PGIC", "-1")).toBe("PGIC -1, a little worse");
  expect(ratingText("pgic", "0")).toBe("PGIC 0, no change");
  expect(ratingText("pgic", "6")).toBe("PGIC 6");
  expect(isImpression("pgic", "6")).toBe(false);
  expect(ratingText("twstrs", "38.5")).toBe("TWSTRS 38.5");
});
