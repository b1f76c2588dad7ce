import { describe, expect, it } from "vitest";
import { levels, percent } from "./simulation";
import { place } from "./place";

describe("per cent in words", () => {
  it("never rounds something to nothing or to all", () => {
    expect([0, 0.0001, 0.014, 0.5, 0.997, 1].map(percent)).toEqual([
      "0 %",
      "< 1 %",
      "1 %",
      "50 %",
      "> 99 %",
      "100 %",
    ]);
  });
});

describe("levels of the cut", () => {
  it("go from the head down, 4 mm apart at least", () => {
    expect(levels([551.8, 614.3, 612, 565.2, 560.8])).toEqual([614.3, 565.2, 560.8, 551.8]);
    expect(levels([])).toEqual([]);
  });
});

describe("the mirror test of the cut", () => {
  it("puts the patient's right on the viewer's left, the front at the top", () => {
    const right = place(0, 40);
    const left = place(0, -40);
    expect(right.x).toBeLessThan(left.x);
    expect(place(50, 0).y).toBeLessThan(place(-50, 0).y);
  });
});
