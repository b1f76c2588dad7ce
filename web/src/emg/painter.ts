/** Paints the lanes on one canvas: names and gain at the left, the signal, an activity bar at the right. */
import type { Channel } from "./frame";
import { columns, rmsOf, type Pyramid } from "./pyramid";

export interface Lane {
  channel: Channel;
  pyramid: Pyramid;
  /** Raw value in the middle of the lane, and raw steps from there to its edge; fixed until somebody changes it. */
  middle: number;
  half: number;
}

export interface Look {
  from: number;
  span: number;
  /** Moment that the activity bars belong to, in seconds. */
  head: number;
  lane: number;
  selection: readonly [number, number] | null;
  epochs: readonly { kind: string; start_s: number; stop_s: number }[];
  marks: readonly number[];
  annotations: readonly { onset_s: number; text: string }[];
}

export interface Inks {
  ink: string;
  soft: string;
  line: string;
  accent: string;
  wash: string;
  check: string;
  font: string;
}

export const GUTTER = 118;
export const BAR = 46;
export const RULER = 22;
/** Activity is the root mean square of the last quarter of a second. */
const ACTIVITY_S = 0.25;

export const laneHeight = (lanes: number, tall: number) => (tall - RULER) / Math.max(1, lanes);

/** Width of the signal between names and bars. */
export const signalWidth = (wide: number) => Math.max(20, wide - GUTTER - BAR);

export function paint(
  pen: CanvasRenderingContext2D,
  wide: number,
  tall: number,
  lanes: readonly Lane[],
  look: Look,
  inks: Inks,
): void {
  pen.clearRect(0, 0, wide, tall);
  const room = signalWidth(wide);
  const x = (at: number) => GUTTER + ((at - look.from) / look.span) * room;
  stretches(pen, tall, room, look, inks, x);
  ruler(pen, tall, room, look, inks, x);
  const each = laneHeight(lanes.length, tall);
  const low = new Int16Array(Math.round(room));
  const high = new Int16Array(Math.round(room));
  for (const [index, lane] of lanes.entries()) {
    const top = index * each;
    if (index === look.lane) {
      pen.fillStyle = inks.accent;
      pen.fillRect(0, top + 2, 3, each - 4);
    }
    pen.strokeStyle = inks.line;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(0, Math.round(top + each) - 0.5);
    pen.lineTo(wide, Math.round(top + each) - 0.5);
    pen.stroke();
    signal(pen, lane, look, top, each, low, high, inks);
    names(pen, lane, top, each, inks);
    bar(pen, lane, look, wide, top, each, inks);
  }
  lines(pen, tall, room, look, inks, x);
}

function signal(
  pen: CanvasRenderingContext2D,
  lane: Lane,
  look: Look,
  top: number,
  each: number,
  low: Int16Array,
  high: Int16Array,
  inks: Inks,
): void {
  const { rate_hz: rate, start_s: start } = lane.channel;
  columns(lane.pyramid, (look.from - start) * rate, (look.from + look.span - start) * rate, low, high);
  const middle = top + each / 2;
  const scale = (each / 2 - 2) / lane.half;
  const y = (value: number) =>
    Math.min(top + each - 1, Math.max(top + 1, middle - (value - lane.middle) * scale));
  pen.strokeStyle = inks.ink;
  pen.lineWidth = 1;
  pen.beginPath();
  let open = false;
  for (let column = 0; column < low.length; column += 1) {
    if (low[column]! > high[column]!) {
      open = false;
      continue;
    }
    const at = GUTTER + column + 0.5;
    const upper = y(high[column]!);
    const lower = y(low[column]!);
    if (open) pen.lineTo(at, upper);
    else pen.moveTo(at, upper);
    pen.lineTo(at, Math.max(lower, upper + 0.6));
    open = true;
  }
  pen.stroke();
}

const IN_MICROVOLTS: Record<string, number> = { V: 1e6, mV: 1e3, uV: 1, nV: 1e-3 };

/** Half the lane's height, two figures; voltages in microvolts, anything else in its own unit. */
export function gainWord(lane: Lane): string {
  const { unit, scale } = lane.channel;
  const factor = IN_MICROVOLTS[unit];
  const value = Math.abs(lane.half * scale * (factor ?? 1));
  return `± ${Number(value.toPrecision(2))} ${factor === undefined ? unit : "µV"}`;
}

function names(pen: CanvasRenderingContext2D, lane: Lane, top: number, each: number, inks: Inks): void {
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.fillStyle = inks.ink;
  pen.font = `600 12.5px ${inks.font}`;
  const tight = each < 32;
  pen.fillText(clipped(pen, lane.channel.name, GUTTER - 14), 8, top + each / 2 - (tight ? 0 : 8));
  if (tight) return;
  pen.fillStyle = inks.soft;
  pen.font = `11.5px ${inks.font}`;
  pen.fillText(gainWord(lane), 8, top + each / 2 + 9);
}

function clipped(pen: CanvasRenderingContext2D, text: string, room: number): string {
  let shown = text;
  while (shown.length > 1 && pen.measureText(shown).width > room) shown = shown.slice(0, -1);
  return shown === text ? text : `${shown.slice(0, -1)}…`;
}

function bar(
  pen: CanvasRenderingContext2D,
  lane: Lane,
  look: Look,
  wide: number,
  top: number,
  each: number,
  inks: Inks,
): void {
  const { rate_hz: rate, start_s: start, data } = lane.channel;
  const rms = rmsOf(data, (look.head - ACTIVITY_S - start) * rate, (look.head - start) * rate);
  const left = wide - BAR + 8;
  const room = BAR - 14;
  pen.fillStyle = inks.line;
  pen.fillRect(left, top + each / 2 - 4, room, 8);
  if (rms === null) return;
  pen.fillStyle = inks.accent;
  // A lane filled to its edges by a sine has 0.707 of its half height as root mean square.
  pen.fillRect(left, top + each / 2 - 4, room * Math.min(1, rms / (0.707 * lane.half)), 8);
}

function stretches(
  pen: CanvasRenderingContext2D,
  tall: number,
  room: number,
  look: Look,
  inks: Inks,
  x: (at: number) => number,
): void {
  const clip = (at: number) => Math.min(GUTTER + room, Math.max(GUTTER, x(at)));
  for (const [index, epoch] of look.epochs.entries()) {
    const left = clip(epoch.start_s);
    const right = clip(epoch.stop_s);
    if (right <= left) continue;
    pen.fillStyle = inks.wash;
    pen.fillRect(left, 0, right - left, tall - RULER);
    pen.fillStyle = inks.accent;
    pen.fillRect(left, tall - RULER, right - left, 3);
    pen.font = `600 11.5px ${inks.font}`;
    pen.textAlign = "left";
    pen.textBaseline = "top";
    if (right - left > 30) pen.fillText(`${index + 1} ${epoch.kind}`, left + 4, 3);
  }
  if (look.selection) {
    const [a, b] = look.selection;
    pen.strokeStyle = inks.accent;
    pen.lineWidth = 2;
    pen.setLineDash([5, 3]);
    pen.strokeRect(clip(a), 1, Math.max(1, clip(b) - clip(a)), tall - RULER - 2);
    pen.setLineDash([]);
  }
}

function lines(
  pen: CanvasRenderingContext2D,
  tall: number,
  room: number,
  look: Look,
  inks: Inks,
  x: (at: number) => number,
): void {
  const seen = (at: number) => at >= look.from && at <= look.from + look.span;
  pen.font = `600 11.5px ${inks.font}`;
  pen.textBaseline = "top";
  pen.textAlign = "left";
  const upright = (at: number, colour: string, wide: number) => {
    pen.strokeStyle = colour;
    pen.lineWidth = wide;
    pen.beginPath();
    pen.moveTo(x(at), 0);
    pen.lineTo(x(at), tall - RULER);
    pen.stroke();
  };
  for (const [index, mark] of look.marks.entries()) {
    if (!seen(mark)) continue;
    upright(mark, inks.check, 1.5);
    pen.fillStyle = inks.check;
    pen.fillText(`M${index + 1}`, x(mark) + 4, 16);
  }
  for (const note of look.annotations) {
    if (!seen(note.onset_s)) continue;
    upright(note.onset_s, inks.soft, 0.7);
    pen.fillStyle = inks.soft;
    pen.fillText(clipped(pen, note.text, 150), Math.min(x(note.onset_s) + 4, GUTTER + room - 150), 29);
  }
  if (seen(look.head)) upright(look.head, inks.accent, 1.5);
}

function ruler(
  pen: CanvasRenderingContext2D,
  tall: number,
  room: number,
  look: Look,
  inks: Inks,
  x: (at: number) => number,
): void {
  const step =
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 600].find(
      (one) => (one / look.span) * room > 64,
    ) ?? 1200;
  pen.font = `11.5px ${inks.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "bottom";
  for (let n = Math.ceil(look.from / step); n * step <= look.from + look.span; n += 1) {
    const at = n * step;
    pen.strokeStyle = inks.line;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x(at), 0);
    pen.lineTo(x(at), tall - RULER);
    pen.stroke();
    pen.fillStyle = inks.soft;
    const digits = step < 0.01 ? 3 : step < 0.1 ? 2 : step < 1 ? 1 : 0;
    if (x(at) > GUTTER + 14 && x(at) < GUTTER + room - 14)
      pen.fillText(`${at.toFixed(digits)} s`, x(at), tall - 1);
  }
}
