/** A camera around the neck without perspective: x to the front, y up, z to the patient's right; all lengths in mm. */
export type Vector = readonly [number, number, number];

export interface Camera {
  /** Degrees around the neck: 0 the patient's front, 90 the patient's right side, 180 the back. */
  yaw: number;
  /** Degrees up from the level. */
  pitch: number;
}

export interface Axes {
  /** To the right of the screen, up the screen, and towards the viewer. */
  right: Vector;
  up: Vector;
  near: Vector;
}

export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const turn = (degrees: number) => (degrees * Math.PI) / 180;

export function axesOf({ yaw, pitch }: Camera): Axes {
  const [sy, cy] = [Math.sin(turn(yaw)), Math.cos(turn(yaw))];
  const [sp, cp] = [Math.sin(turn(pitch)), Math.cos(turn(pitch))];
  return {
    right: [sy, 0, -cy],
    up: [-sp * cy, cp, -sp * sy],
    near: [cp * cy, sp, cp * sy],
  };
}

/** A point on the screen, y down, and how near it is. */
export function project(point: Vector, axes: Axes): { x: number; y: number; near: number } {
  return { x: dot(point, axes.right), y: -dot(point, axes.up), near: dot(point, axes.near) };
}

export interface Ellipsoid {
  centre_mm: Vector;
  axis: Vector;
  long_mm: number;
  short_mm: number;
}

/**
 * The ellipse that an ellipsoid of revolution shows: half-axes, and the turn of the long one on the screen (degrees, y down).
 *
 * It is the image of the unit ball under s I + (l - s) f fᵀ; seen along one direction its outline is the ellipse of
 * s² I + (l² - s²) g gᵀ, where g is the axis f on the screen.
 */
export function outline(body: Ellipsoid, axes: Axes): { long: number; short: number; turn: number } {
  const g = [dot(body.axis, axes.right), -dot(body.axis, axes.up)] as const;
  const seen = g[0] * g[0] + g[1] * g[1];
  const across = body.short_mm;
  const along = Math.sqrt(across ** 2 + (body.long_mm ** 2 - across ** 2) * seen);
  return { long: along, short: across, turn: seen < 1e-12 ? 0 : (Math.atan2(g[1], g[0]) * 180) / Math.PI };
}

/** The view by its name in the patient's words, where the camera looks straight at one side. */
export const VIEWS = [
  { yaw: 0, label: "Front" },
  { yaw: 90, label: "Right side" },
  { yaw: 180, label: "Back" },
  { yaw: 270, label: "Left side" },
] as const;
