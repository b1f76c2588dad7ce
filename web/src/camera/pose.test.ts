import { describe, expect, it } from "vitest";
import { FARTHEST, GENERAL, headPose, summary, type Point, type Pose } from "./pose";

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Where the points of a face stand in a picture, by three rotations written out one after the other. */
function seen(
  pose: Pose,
  face: readonly (readonly number[])[] = GENERAL,
  distance = Infinity,
): [number, number][] {
  return face.map(([x0, y0, z0]) => {
    const turn = radians(pose.turn);
    const [x1, z1] = [
      x0! * Math.cos(turn) + z0! * Math.sin(turn),
      -x0! * Math.sin(turn) + z0! * Math.cos(turn),
    ];
    const back = radians(-pose.nod);
    const [y2, z2] = [y0! * Math.cos(back) - z1 * Math.sin(back), y0! * Math.sin(back) + z1 * Math.cos(back)];
    const tilt = radians(pose.tilt);
    const [x3, y3] = [x1 * Math.cos(tilt) - y2 * Math.sin(tilt), x1 * Math.sin(tilt) + y2 * Math.cos(tilt)];
    const near = Number.isFinite(distance) ? distance / (distance - z2) : 1;
    return [300 + 0.2 * x3 * near, 220 + 0.2 * y3 * near];
  });
}

const POSES: Pose[] = [-30, -12, 0, 20].flatMap((turn) =>
  [-25, 0, 15].flatMap((tilt) => [-20, 0, 18].map((nod) => ({ turn, tilt, nod }))),
);

describe("head angles from six points", () => {
  it("are exact for the general face seen from afar", () => {
    for (const pose of POSES) {
      const found = headPose(seen(pose))!;
      for (const axis of ["turn", "tilt", "nod"] as const) expect(found[axis]).toBeCloseTo(pose[axis], 6);
    }
  });
  it("turn and tilt to the patient's left are to the viewer's right in a picture that is not mirrored", () => {
    const left = seen({ turn: 25, tilt: 0, nod: 0 });
    const eyes = (left[2]![0] + left[3]![0]) / 2;
    expect(left[0]![0]).toBeGreaterThan(eyes);
    const tilted = seen({ turn: 0, tilt: 20, nod: 0 });
    expect(tilted[3]![1]).toBeGreaterThan(tilted[2]![1]);
    const forward = headPose(seen({ turn: 0, tilt: 0, nod: 15 }))!;
    expect(forward.nod).toBeGreaterThan(10);
  });
  it("a mirrored picture gives the other side and nothing else", () => {
    const pose = { turn: 18, tilt: -9, nod: 6 };
    const points = seen(pose);
    // The mirror exchanges left and right points too.
    const mirrored = [0, 1, 3, 2, 5, 4].map((index): Point => [-points[index]![0], points[index]![1]]);
    const found = headPose(mirrored)!;
    expect(found.turn).toBeCloseTo(-18, 6);
    expect(found.tilt).toBeCloseTo(9, 6);
    expect(found.nod).toBeCloseTo(6, 6);
  });
  it("stay within a few degrees from an arm's length, and for faces of another shape within the error told", () => {
    for (const pose of POSES.filter((one) => Math.abs(one.turn) <= FARTHEST)) {
      const near = headPose(seen(pose, GENERAL, 4000))!;
      expect(Math.abs(near.turn - pose.turn)).toBeLessThan(4);
      expect(Math.abs(near.nod - pose.nod)).toBeLessThan(6);
    }
    const longNose = GENERAL.map(([x, y, z], index) => (index === 0 ? [x, y, z + 25] : [x, y, z]));
    for (const turn of [-20, 0, 20]) {
      const found = headPose(seen({ turn, tilt: 0, nod: 0 }, longNose))!;
      expect(Math.abs(found.turn - turn)).toBeLessThan(6);
    }
  });
  it("are exact from near by, too, where the camera is known", () => {
    // The face seen at 0.2 px for a unit: a camera of 640 x 0.8 px stands 2560 units off, some 50 cm.
    const view = { x: 300, y: 220, focal: 0.2 * 2560 };
    for (const pose of POSES.filter((one) => Math.abs(one.turn) <= FARTHEST)) {
      const found = headPose(seen(pose, GENERAL, 2560), view)!;
      for (const axis of ["turn", "tilt", "nod"] as const)
        expect(Math.abs(found[axis] - pose[axis])).toBeLessThan(0.2);
    }
  });
  it("hardly change with what a camera sees of the world", () => {
    for (const focal of [0.2 * 2200, 0.2 * 3000])
      for (const pose of POSES.filter((one) => Math.abs(one.turn) <= 20)) {
        const found = headPose(seen(pose, GENERAL, 2560), { x: 300, y: 220, focal })!;
        for (const axis of ["turn", "tilt", "nod"] as const)
          expect(Math.abs(found[axis] - pose[axis])).toBeLessThan(4);
      }
  });
  it("points on a line are no face", () => {
    expect(headPose([0, 1, 2, 3, 4, 5].map((n): Point => [n * 10, n * 5]))).toBeNull();
    expect(headPose(Array.from({ length: 6 }, (): Point => [4, 4]))).toBeNull();
  });
});

describe("ten seconds of them", () => {
  it("are told by their middle and by how much the head moved", () => {
    const poses = Array.from({ length: 21 }, (_, n) => ({
      turn: 20 + 4 * Math.sin(n),
      tilt: 2,
      nod: n === 7 ? 80 : -3,
    }));
    const told = summary(poses)!;
    expect(told.frames).toBe(21);
    expect(told.pose.nod).toBe(-3);
    expect(Math.abs(told.pose.turn - 20)).toBeLessThan(1.5);
    expect(told.moved.turn).toBeGreaterThan(3);
    expect(told.moved.tilt).toBe(0);
    expect(summary(poses.slice(0, 4))).toBeNull();
  });
});
