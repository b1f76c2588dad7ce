import { describe, expect, it } from "vitest";
import { sitesInWords, spread, within, type Point } from "./sites";

describe("single sites", () => {
  it("lie evenly along the longer axis, inside it", () => {
    const box = { x: 10, y: 100, width: 20, height: 90 };
    expect(spread(box, 3)).toEqual([
      { x: 20, y: 115 },
      { x: 20, y: 145 },
      { x: 20, y: 175 },
    ]);
    expect(spread({ x: 0, y: 0, width: 40, height: 10 }, 2).map((p) => p.x)).toEqual([10, 30]);
  });
  it("stop at the edge of the muscle when they are dragged out of it", () => {
    const disc = (p: Point) => Math.hypot(p.x, p.y) <= 10;
    expect(within(disc, { x: 0, y: 0 }, { x: 3, y: 4 })).toEqual({ x: 3, y: 4 });
    const edge = within(disc, { x: 0, y: 0 }, { x: 300, y: 400 });
    expect(Math.hypot(edge.x, edge.y)).toBeGreaterThan(9.5);
    expect(disc(edge)).toBe(true);
    expect(edge.y / edge.x).toBeCloseTo(4 / 3, 10);
  });
  it("are said in words, counted, and not at all where nobody set one", () => {
    expect(
      sitesInWords({
        neck_back: [
          [0, 0, 0.1],
          [0, 0, 0.2],
          [0, 0, 0.9],
        ],
      }),
    ).toBe("2 × upper third, lower third");
    expect(sitesInWords({ neck_back: [] })).toBeNull();
    expect(sitesInWords(undefined)).toBeNull();
  });
});
