/** How far a point lies from an ellipsoid of revolution, and the place on its surface that is nearest. */
import { dot, type Ellipsoid, type Vector } from "./camera";

const minus = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const plus = (a: Vector, b: Vector, times = 1): Vector => [
  a[0] + times * b[0],
  a[1] + times * b[1],
  a[2] + times * b[2],
];
const length = (a: Vector) => Math.sqrt(dot(a, a));

export function holds(body: Ellipsoid, point: Vector): boolean {
  const away = minus(point, body.centre_mm);
  const along = dot(away, body.axis);
  const across = dot(away, away) - along ** 2;
  return (along / body.long_mm) ** 2 + across / body.short_mm ** 2 <= 1;
}

/**
 * Nearest place on the surface of `body` to a point outside of it; the point itself when it lies inside.
 *
 * In the plane through the axis it is the nearest point of an ellipse: with z = (p/l, q/s) and r = (l/s)², the root of
 * (r z₁/(t + r))² + (z₂/(t + 1))² = 1, which is found by halving; the sum falls as t grows.
 */
export function nearest(body: Ellipsoid, point: Vector): Vector {
  if (holds(body, point)) return point;
  const away = minus(point, body.centre_mm);
  const along = dot(away, body.axis);
  const sideways = plus(away, body.axis, -along);
  const across = length(sideways);
  const [p, q] = [Math.abs(along), across];
  const ratio = (body.long_mm / body.short_mm) ** 2;
  const [z1, z2] = [p / body.long_mm, q / body.short_mm];
  const sum = (t: number) => ((ratio * z1) / (t + ratio)) ** 2 + (z2 / (t + 1)) ** 2;
  let [low, high] = [0, Math.max(ratio * z1, z2, 1) * 2];
  while (sum(high) > 1) high *= 2;
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (sum(middle) > 1) low = middle;
    else high = middle;
  }
  const x = (Math.sign(along) * ratio * p) / (low + ratio);
  const y = q / (low + 1);
  return plus(plus(body.centre_mm, body.axis, x), sideways, across > 0 ? y / across : 0);
}

export function distance(body: Ellipsoid, point: Vector): number {
  return length(minus(nearest(body, point), point));
}
