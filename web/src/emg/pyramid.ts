/**
 * Smallest and largest sample of ever longer stretches, so that any stretch of a long recording is drawn from a few numbers
 * for each column of the picture. Each level holds the pairs of eight stretches of the level below.
 */
export const FACTOR = 8;

export interface Level {
  /** Samples in one stretch. */
  size: number;
  low: Int16Array;
  high: Int16Array;
}

export interface Pyramid {
  data: Int16Array;
  levels: Level[];
}

function first(data: Int16Array): Level {
  const count = Math.ceil(data.length / FACTOR);
  const low = new Int16Array(count);
  const high = new Int16Array(count);
  for (let index = 0; index < count; index += 1) {
    const start = index * FACTOR;
    const stop = Math.min(start + FACTOR, data.length);
    let least = data[start]!;
    let most = least;
    for (let at = start + 1; at < stop; at += 1) {
      const value = data[at]!;
      if (value < least) least = value;
      else if (value > most) most = value;
    }
    low[index] = least;
    high[index] = most;
  }
  return { size: FACTOR, low, high };
}

function above(below: Level): Level {
  const count = Math.ceil(below.low.length / FACTOR);
  const low = new Int16Array(count);
  const high = new Int16Array(count);
  for (let index = 0; index < count; index += 1) {
    const start = index * FACTOR;
    const stop = Math.min(start + FACTOR, below.low.length);
    let least = below.low[start]!;
    let most = below.high[start]!;
    for (let at = start + 1; at < stop; at += 1) {
      if (below.low[at]! < least) least = below.low[at]!;
      if (below.high[at]! > most) most = below.high[at]!;
    }
    low[index] = least;
    high[index] = most;
  }
  return { size: below.size * FACTOR, low, high };
}

export function pyramidOf(data: Int16Array): Pyramid {
  const levels: Level[] = [];
  if (data.length > FACTOR) levels.push(first(data));
  while (levels.length && levels.at(-1)!.low.length > FACTOR) levels.push(above(levels.at(-1)!));
  return { data, levels };
}

/**
 * Smallest and largest sample of `columns` equal stretches between two samples, written into `low` and `high`. Taken from the
 * level whose stretches are just shorter than a column, so a column may show up to one of its stretches too much at each
 * edge: less than one pixel. Columns outside the recording hold 1 and 0 (low above high).
 */
export function columns(pyramid: Pyramid, from: number, to: number, low: Int16Array, high: Int16Array): void {
  const count = low.length;
  const wide = (to - from) / count;
  const level = pyramid.levels.filter((one) => one.size <= wide).at(-1);
  const size = level?.size ?? 1;
  const lows = level?.low ?? pyramid.data;
  const highs = level?.high ?? pyramid.data;
  for (let column = 0; column < count; column += 1) {
    const start = Math.floor((from + column * wide) / size);
    const stop = Math.ceil((from + (column + 1) * wide) / size);
    const begin = Math.max(0, start);
    const end = Math.min(lows.length, Math.max(stop, start + 1));
    if (begin >= end) {
      low[column] = 1;
      high[column] = 0;
      continue;
    }
    let least = lows[begin]!;
    let most = highs[begin]!;
    for (let at = begin + 1; at < end; at += 1) {
      if (lows[at]! < least) least = lows[at]!;
      if (highs[at]! > most) most = highs[at]!;
    }
    low[column] = least;
    high[column] = most;
  }
}

/** Half the height that shows almost everything: the largest of the middle 98 in 100 stretches, at least one step. */
export function typicalReach(pyramid: Pyramid): { middle: number; half: number } {
  const level = pyramid.levels.find((one) => one.low.length <= 4096) ?? pyramid.levels.at(-1);
  const lows = Float64Array.from(level?.low ?? pyramid.data).sort();
  const highs = Float64Array.from(level?.high ?? pyramid.data).sort();
  if (lows.length === 0) return { middle: 0, half: 1 };
  const at = (values: Float64Array, share: number) =>
    values[Math.min(values.length - 1, Math.floor(share * values.length))]!;
  const bottom = at(lows, 0.01);
  const top = at(highs, 0.99);
  return { middle: (bottom + top) / 2, half: Math.max(1, (top - bottom) / 2) };
}

/** Root of the mean square around the stretch's own mean, in raw steps; null outside the recording. */
export function rmsOf(data: Int16Array, from: number, to: number): number | null {
  const begin = Math.max(0, Math.floor(from));
  const end = Math.min(data.length, Math.ceil(to));
  if (end - begin < 2) return null;
  let sum = 0;
  let squares = 0;
  for (let at = begin; at < end; at += 1) {
    const value = data[at]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / (end - begin);
  return Math.sqrt(Math.max(0, squares / (end - begin) - mean * mean));
}
