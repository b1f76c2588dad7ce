import { describe, expect, it } from "vitest";
import { positionsOf, sitesOf, spread, viewOfSites, within, type Point } from "./sites";

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
  it("come back from the record where they were, on the mirrored view too", () => {
    for (const view of ["neck_back", "neck_left", "neck_right", "arm_front", "back"]) {
      const places: [number, number][] =
        view === "back"
          ? [[1000, 300]]
          : view === "arm_front"
            ? [[100, 320]]
            : [
                [-20.5, -600],
                [31.25, -500.125],
              ];
      const kept = positionsOf({ [view]: places }, String(places.length));
      expect(kept.every((one) => one.map === "1" && one.view === view)).toBe(true);
      const back = sitesOf(kept)![view]!;
      back.forEach(([x, y], index) => {
        expect(Math.abs(x - places[index]![0])).toBeLessThan(0.07);
        expect(Math.abs(y - places[index]![1])).toBeLessThan(0.07);
      });
    }
  });
  it("are counted from the edge as the viewer sees it: the front of a left neck lies at the left", () => {
    // The lateral drawing has the front at its right; the left neck is its mirror image about the middle of what is shown.
    const nose = sitesOf([{ view: "neck_right", x: "0.9", y: "0.5", map: "1" }])!.neck_right![0]!;
    const left = sitesOf([{ view: "neck_left", x: "0.1", y: "0.5", map: "1" }])!.neck_left![0]!;
    expect(left[0]).toBeCloseTo(2 * -124 + 246 - nose[0], 9);
    expect(left[1]).toBe(nose[1]);
  });
  it("are as many as the dose says, none of an older map, and none where nobody placed one", () => {
    const sites = { neck_back: [[0, -600] as [number, number], [10, -590] as [number, number]] };
    expect(positionsOf(sites, "1")).toHaveLength(1);
    expect(positionsOf(sites, null)).toEqual([]);
    expect(positionsOf(undefined, "3")).toEqual([]);
    expect(sitesOf([{ view: "face", x: "0.5", y: "0.5", map: "0" }])).toBeUndefined();
    expect(viewOfSites([undefined, sites])).toBe("neck_back");
    expect(viewOfSites([undefined])).toBeNull();
  });
});
