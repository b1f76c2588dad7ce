import { describe, expect, it } from "vitest";
import { axesOf, dot, outline, project, type Ellipsoid, type Vector } from "./camera";
import { distance, holds, nearest } from "./distance";

const unit = (v: Vector): Vector => {
  const n = Math.hypot(...v);
  return [v[0] / n, v[1] / n, v[2] / n];
};
const body: Ellipsoid = {
  centre_mm: [12, 600, -25],
  axis: unit([0.3, -0.8, 0.4]),
  long_mm: 40,
  short_mm: 9,
};

/** Points of the surface, from the definition: long along the axis, short across. */
function surface(count: number): Vector[] {
  const first = unit([body.axis[1], -body.axis[0], 0]);
  const a = body.axis;
  const second: Vector = [
    a[1] * first[2] - a[2] * first[1],
    a[2] * first[0] - a[0] * first[2],
    a[0] * first[1] - a[1] * first[0],
  ];
  const points: Vector[] = [];
  for (let i = 0; i < count; i += 1)
    for (let j = 0; j < count; j += 1) {
      const [theta, phi] = [(Math.PI * (i + 0.5)) / count, (2 * Math.PI * j) / count];
      const [u, v, w] = [
        body.long_mm * Math.cos(theta),
        body.short_mm * Math.sin(theta) * Math.cos(phi),
        body.short_mm * Math.sin(theta) * Math.sin(phi),
      ];
      points.push(
        [0, 1, 2].map((k) => body.centre_mm[k]! + u * a[k]! + v * first[k]! + w * second[k]!) as never,
      );
    }
  return points;
}

describe("the camera", () => {
  it("shows the patient's left on the viewer's right from the front, and on the viewer's left from the back", () => {
    const left: Vector = [0, 600, -50];
    expect(project(left, axesOf({ yaw: 0, pitch: 0 })).x).toBeCloseTo(50);
    expect(project(left, axesOf({ yaw: 180, pitch: 0 })).x).toBeCloseTo(-50);
  });
  it("has the patient's face on the right of the screen from the patient's right, on the left from the left", () => {
    const nose: Vector = [90, 650, 0];
    expect(project(nose, axesOf({ yaw: 90, pitch: 0 })).x).toBeCloseTo(90);
    expect(project(nose, axesOf({ yaw: 270, pitch: 0 })).x).toBeCloseTo(-90);
    expect(project([0, 700, 0], axesOf({ yaw: 90, pitch: 0 })).y).toBeLessThan(0);
  });
  it("keeps its three directions at right angles and of length 1 wherever it stands", () => {
    for (const yaw of [0, 33, 145, 260])
      for (const pitch of [-70, 0, 25]) {
        const { right, up, near } = axesOf({ yaw, pitch });
        for (const one of [right, up, near]) expect(dot(one, one)).toBeCloseTo(1, 12);
        for (const pair of [dot(right, up), dot(up, near), dot(near, right)]) expect(pair).toBeCloseTo(0, 12);
      }
  });
  it("draws an ellipsoid as wide as its surface is, in every direction of the screen", () => {
    const points = surface(160);
    for (const camera of [
      { yaw: 0, pitch: 0 },
      { yaw: 40, pitch: 20 },
      { yaw: 200, pitch: -35 },
    ]) {
      const axes = axesOf(camera);
      const centre = project(body.centre_mm, axes);
      const { long, short, turn } = outline(body, axes);
      for (const degrees of [0, 30, 75, 110, 160]) {
        const d = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)] as const;
        const seen = points.reduce((best, p) => {
          const at = project(p, axes);
          return Math.max(best, (at.x - centre.x) * d[0] + (at.y - centre.y) * d[1]);
        }, 0);
        const along = ((degrees - turn) * Math.PI) / 180;
        const drawn = Math.hypot(long * Math.cos(along), short * Math.sin(along));
        expect(Math.abs(drawn - seen)).toBeLessThan(0.02 * drawn);
      }
    }
  });
});

describe("the distance to a structure", () => {
  it("is the smallest over its surface", () => {
    const points = surface(400);
    for (const from of [
      [60, 610, 10],
      [12, 600, 20],
      [-40, 540, -60],
      [0, 660, -50],
    ] as Vector[]) {
      expect(holds(body, from)).toBe(false);
      const least = points.reduce(
        (best, p) => Math.min(best, Math.hypot(p[0] - from[0], p[1] - from[1], p[2] - from[2])),
        Number.POSITIVE_INFINITY,
      );
      expect(distance(body, from)).toBeCloseTo(least, 1);
      expect(distance(body, from)).toBeLessThanOrEqual(least + 1e-9);
      // The place found lies on the surface: a hair nearer to the middle is inside.
      const at = nearest(body, from);
      const inward = at.map((v, k) => v + 1e-6 * (body.centre_mm[k]! - v)) as unknown as Vector;
      expect(holds(body, inward)).toBe(true);
    }
  });
  it("is nothing inside", () => {
    expect(distance(body, body.centre_mm)).toBe(0);
  });
});
