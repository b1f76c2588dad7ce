// @vitest-environment happy-dom
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readDrawing, targetsOf } from "./drawing";
import { VIEWS } from "./views";

const FOLDER = join(import.meta.dirname, "../../../src/reprieve/reference/data/anatomy/bodymap");
const file = (name: string) => readFileSync(join(FOLDER, `${name}.svg`), "utf8");

/** A point through an SVG transform list, read from the right as SVG does; an unknown step fails the test. */
function moved(transform: string, x: number, y: number): [number, number] {
  const steps = Array.from(transform.matchAll(/(\w+)\(([^)]*)\)/g)).reverse();
  return steps.reduce<[number, number]>(
    ([px, py], [, name, list]) => {
      const [a = 0, b = 0, c = 0] = list!
        .trim()
        .split(/[\s,]+/)
        .map(Number);
      if (name === "translate") return [px + a, py + b];
      if (name === "scale") return [px * a, py * (b || a)];
      if (name !== "rotate") throw new Error(`transform ${name} is not known here`);
      const [sin, cos] = [Math.sin((a * Math.PI) / 180), Math.cos((a * Math.PI) / 180)];
      return [b + (px - b) * cos - (py - c) * sin, c + (px - b) * sin + (py - c) * cos];
    },
    [x, y],
  );
}

/** Where a shape lies on the x axis, from its own numbers: the middle of an ellipse, the first point of a path. */
function middle(geometry: Record<string, string>): number | null {
  const start = /^M\s*(-?[\d.]+)[\s,]+(-?[\d.]+)/.exec(geometry.d ?? "");
  const [x, y] = geometry.cx ? [geometry.cx, geometry.cy] : [start?.[1], start?.[2]];
  return x === undefined || y === undefined ? null : moved(geometry.transform ?? "", Number(x), Number(y))[0];
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
