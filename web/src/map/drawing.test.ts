import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readDrawing, targetsOf } from "./drawing";
import { VIEWS } from "./views";

const FOLDER = new URL("../../../src/reprieve/reference/data/anatomy/bodymap/", import.meta.url);
const file = (name: string) => readFileSync(new URL(`${name}.svg`, FOLDER), "utf8");

/** Middle of a shape on the x axis, from its own numbers. */
function middle(geometry: Record<string, string>): number | null {
  if (geometry.cx) return Number(geometry.cx);
  const start = /^M\s*(-?[\d.]+)/.exec(geometry.d ?? "");
  return start ? Number(start[1]) : null;
}

describe("the mirror test: the patient's left is left in every view", () => {
  for (const view of VIEWS.filter((v) => v.edges[1] !== "")) {
    it(view.label, () => {
      const drawing = readDrawing(file(view.file), view.mirrored);
      const centre = drawing.viewBox[0] + drawing.viewBox[2] / 2;
      const rightIsOnTheLeft = view.edges[0] === "Patient's right";
      let seen = 0;
      for (const shape of drawing.shapes) {
        const at = middle(shape.geometry);
        if (at === null || Math.abs(at - centre) < drawing.viewBox[2] * 0.02) continue;
        if (shape.side !== "left" && shape.side !== "right") continue;
        seen += 1;
        const onViewersLeft = at < centre;
        expect([shape.id, shape.side]).toEqual([
          shape.id,
          onViewersLeft === rightIsOnTheLeft ? "right" : "left",
        ]);
      }
      expect(seen).toBeGreaterThan(5);
    });
  }
  it("a lateral drawing shows one side, its mirror image the other", () => {
    const lateral = VIEWS.filter((v) => v.edges[1] === "");
    expect(lateral).toHaveLength(2);
    for (const view of lateral) {
      const sides = new Set(
        readDrawing(file(view.file), view.mirrored)
          .shapes.filter((s) => s.muscle)
          .map((s) => s.side),
      );
      expect([...sides]).toEqual([view.edges[0] === "Patient's right" ? "right" : "left"]);
    }
  });
});

describe("a drawing", () => {
  it("gathers the shapes of a muscle and side into one target", () => {
    const { targets } = targetsOf(readDrawing(file("panel_neck_back")));
    const keys = targets.map((t) => t.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain("splenius_capitis left");
    expect(keys).toContain("splenius_capitis right");
  });
});
