/**
 * Head angles from six points of a face: the rotation of a general face that fits best, told as turn, tilt and nod. At an
 * arm's length what lies nearer looks larger: the points are put back to where a view from afar would show them, by the depth
 * that the last fit gave, until nothing moves. A person's own face differs from the general one, and that is the larger part
 * of the error.
 */
export type Point = readonly [x: number, y: number];

/** Degrees: turned and tilted to the patient's left, bent forward; the other way is negative. */
export interface Pose {
  turn: number;
  tilt: number;
  nod: number;
}

/** Which of the 68 usual points of a face are used: tip of the nose, chin, outer corners of the eyes, corners of the mouth. */
export const USED = [30, 8, 36, 45, 48, 54] as const;

/** The same points of a general face: x to the viewer's right, y down, z towards the viewer (recalled, not measured here). */
export const GENERAL: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [0, 330, -65],
  [-225, -170, -135],
  [225, -170, -135],
  [-150, 150, -125],
  [150, 150, -125],
];

const DEGREES = 180 / Math.PI;
const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;

/** Columns about their means. */
function centred(rows: readonly (readonly number[])[]): number[][] {
  const middle = rows[0]!.map((_, column) => mean(rows.map((row) => row[column]!)));
  return rows.map((row) => row.map((value, column) => value - middle[column]!));
}

/** The inverse of a symmetric 3 x 3 matrix. */
function inverse(m: number[][]): number[][] {
  const at = (i: number, j: number) => m[i % 3]![j % 3]!;
  const cofactor = (i: number, j: number) =>
    at(i + 1, j + 1) * at(i + 2, j + 2) - at(i + 1, j + 2) * at(i + 2, j + 1);
  const determinant = [0, 1, 2].reduce((sum, j) => sum + at(0, j) * cofactor(0, j), 0);
  return [0, 1, 2].map((i) => [0, 1, 2].map((j) => cofactor(j, i) / determinant));
}

const product = (a: number[][], b: number[][]): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
const turned = (a: number[][]): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));

/** The camera: its middle in pixels, and how far it stands off in pixels (its focal length); infinite is a view from afar. */
export interface View {
  x: number;
  y: number;
  focal: number;
}

/** Phones and webcams see some 60 to 70 degrees along the longer side of the picture; nobody tells a page how many. */
const FOCAL_OF_LONGER_SIDE = 0.8;

export const viewOf = (width: number, height: number): View => ({
  x: width / 2,
  y: height / 2,
  focal: FOCAL_OF_LONGER_SIDE * Math.max(width, height),
});

interface Fit {
  /** Rows of the rotation. */
  rotation: number[][];
  /** Pixels for a unit of the general face. */
  scale: number;
}

const ROUNDS = 6;

/** The rotation of the head, from the used points in pixels; null where they lie on a line or on one another. */
export function headPose(points: readonly Point[], view: View | null = null): Pose | null {
  let fit = fitted(points);
  if (view === null) return fit && anglesOf(fit.rotation);
  for (let round = 0; fit && round < ROUNDS; round += 1) {
    const { rotation, scale } = fit;
    const distance = view.focal / scale;
    fit = fitted(
      points.map(([x, y], index): Point => {
        const nearer = rotation[2]!.reduce((sum, part, axis) => sum + part * GENERAL[index]![axis]!, 0);
        const back = 1 - nearer / distance;
        return [(x - view.x) * back, (y - view.y) * back];
      }),
    );
  }
  return fit && anglesOf(fit.rotation);
}

function anglesOf([x, y, z]: number[][]): Pose {
  const back = Math.asin(Math.max(-1, Math.min(1, z![1]!)));
  return {
    turn: Math.atan2(-z![0]!, z![2]!) * DEGREES,
    tilt: Math.atan2(-x![1]!, y![1]!) * DEGREES,
    nod: -back * DEGREES,
  };
}

/** The general face as a view from afar would show it: the rotation and the scale that fit best. */
function fitted(points: readonly Point[]): Fit | null {
  const solid = centred(GENERAL);
  const flat = centred(points);
  // Least squares: flat = solid Aᵀ, so A is the upper two rows of the rotation, scaled.
  const normal = inverse(product(turned(solid), solid));
  const a = turned(product(normal, product(turned(solid), flat)));
  // The nearest rows of length one at a right angle: (A Aᵀ)^(-1/2) A, whose root of a 2 x 2 matrix has a closed form.
  const [[p, q], [, s]] = product(a, turned(a)) as [[number, number], [number, number]];
  const root = Math.sqrt(Math.max(0, p * s - q * q));
  const trace = Math.sqrt(p + s + 2 * root);
  const scale = root * trace;
  if (!(scale > 1e-12 * trace ** 3) || !Number.isFinite(scale)) return null;
  const inverseRoot = [
    [(s + root) / scale, -q / scale],
    [-q / scale, (p + root) / scale],
  ];
  const [x, y] = product(inverseRoot, a) as [number[], number[]];
  const z = [x[1]! * y[2]! - x[2]! * y[1]!, x[2]! * y[0]! - x[0]! * y[2]!, x[0]! * y[1]! - x[1]! * y[0]!];
  return { rotation: [x, y, z], scale: trace / 2 };
}

/**
 * How far an angle may be off, in degrees: the largest that was measured on pictures of known pose, of two faces in many
 * shapes, lights and distances, rounded up (benchmarks/camera_posture.py). Turned further than `FARTHEST` a face is no longer
 * seen well enough.
 */
export const ERROR: Pose = { turn: 17, tilt: 17, nod: 22 };
/** How an angle that is kept was measured, so that it can be read later; the version changes with points, face or error. */
export const METHOD = "face-api 1.7.15, six points of a general face, perspective of a usual camera";
export const VERSION = "1";
export const FARTHEST = 30;
export const FEWEST = 5;

export interface Summary {
  pose: Pose;
  /** Half of what lies between the tenth and the ninetieth of a hundred values: a tremor, or a head that moved. */
  moved: Pose;
  frames: number;
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low]! + (at - low) * ((sorted[low + 1] ?? sorted[low]!) - sorted[low]!);
}

/** The middle of the frames and how much they moved; null with too few of them. */
export function summary(poses: readonly Pose[]): Summary | null {
  if (poses.length < FEWEST) return null;
  const each = (of: (values: number[]) => number): Pose => ({
    turn: of(poses.map((pose) => pose.turn)),
    tilt: of(poses.map((pose) => pose.tilt)),
    nod: of(poses.map((pose) => pose.nod)),
  });
  return {
    pose: each((values) => quantile(values, 0.5)),
    moved: each((values) => (quantile(values, 0.9) - quantile(values, 0.1)) / 2),
    frames: poses.length,
  };
}
