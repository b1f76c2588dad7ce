import { describe, expect, it } from "vitest";
import { packed, unpacked } from "./frame";
import { columns, pyramidOf, rmsOf, typicalReach } from "./pyramid";

/** A small repeatable source of numbers (Park and Miller's multiplier), so that a failure can be repeated. */
function source(seed: number) {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

function recording(length: number, seed = 7): Int16Array {
  const next = source(seed);
  return Int16Array.from({ length }, () => Math.round((next() - 0.5) * 60000));
}

describe("the pyramid", () => {
  it("holds the smallest and largest of every stretch at every level", () => {
    const data = recording(5003);
    for (const level of pyramidOf(data).levels)
      for (let index = 0; index < level.low.length; index += 1) {
        const part = data.subarray(index * level.size, (index + 1) * level.size);
        expect([level.low[index], level.high[index]]).toEqual([Math.min(...part), Math.max(...part)]);
      }
  });

  it("shows in each column at least its own samples, and none further away than one column", () => {
    const data = recording(40_000);
    const pyramid = pyramidOf(data);
    const next = source(3);
    // Told once at the end: sixteen thousand expectations take longer than the columns.
    const wrong: string[] = [];
    for (let round = 0; round < 40; round += 1) {
      const from = next() * 30_000;
      const to = from + 50 + next() * 9_000;
      const low = new Int16Array(100);
      const high = new Int16Array(100);
      columns(pyramid, from, to, low, high);
      const wide = (to - from) / 100;
      for (let column = 0; column < 100; column += 1) {
        const own = data.subarray(Math.ceil(from + column * wide), Math.floor(from + (column + 1) * wide));
        const around = data.subarray(
          Math.max(0, Math.floor(from + (column - 1) * wide) - 1),
          Math.ceil(from + (column + 2) * wide) + 1,
        );
        const [least, most] = [low[column]!, high[column]!];
        // Said as what must hold: a column without a figure holds nothing.
        const whole = own.length === 0 || (least <= Math.min(...own) && most >= Math.max(...own));
        if (!(whole && least >= Math.min(...around) && most <= Math.max(...around)))
          wrong.push(`round ${round}, column ${column}: ${least} to ${most}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("never loses a single spike among sixteen lanes of a million samples", () => {
    for (let lane = 0; lane < 16; lane += 1) {
      const data = new Int16Array(1_000_000);
      const at = 12_345 + lane * 61_007;
      data[at] = 1000 + lane;
      const low = new Int16Array(900);
      const high = new Int16Array(900);
      columns(pyramidOf(data), 0, data.length, low, high);
      expect(Math.max(...high)).toBe(1000 + lane);
      expect(Math.abs(high.indexOf(1000 + lane) - (at / data.length) * 900)).toBeLessThan(1.5);
    }
  });

  it("marks what lies outside the recording", () => {
    const low = new Int16Array(10);
    const high = new Int16Array(10);
    columns(pyramidOf(recording(100)), -400, 600, low, high);
    // Column 4 holds the recording; of its neighbours one may show a stretch that reaches over the edge.
    const empty = [...low].map((value, index) => value > high[index]!);
    expect(empty[4]).toBe(false);
    expect(empty.filter((_, index) => Math.abs(index - 4) > 1)).toEqual(Array(7).fill(true));
  });
});

describe("figures of a lane", () => {
  it("takes the root mean square around the mean", () => {
    const data = Int16Array.from([103, 97, 103, 97, 103, 97]);
    expect(rmsOf(data, 0, 6)).toBeCloseTo(3, 12);
    expect(rmsOf(data, 40, 60)).toBeNull();
  });
  it("sets the gain by what is usual, not by one artefact", () => {
    const data = recording(100_000).map((value) => Math.round(value / 300));
    data[500] = 32_000;
    expect(typicalReach(pyramidOf(data)).half).toBeLessThan(110);
  });
});

describe("the frame", () => {
  it("comes back as it went", async () => {
    const head = { name: "a.edf", epochs: [{ kind: "rest", start_s: 0, stop_s: 1 }] };
    const bytes = await packed(head, new Blob([new Uint8Array([1, 2, 3])])).arrayBuffer();
    const length = new DataView(bytes).getUint32(0, true);
    expect(JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)))).toEqual(head);
    expect([...new Uint8Array(bytes, 4 + length)]).toEqual([1, 2, 3]);
  });
  it("finds every channel at its place", () => {
    const channel = {
      name: "A",
      unit: "uV",
      kind: "surface",
      rate_hz: 1,
      start_s: 0,
      scale: 1,
      offset: 0,
      muscle: null,
    };
    const text = JSON.stringify({
      name: "a",
      format: "EDF",
      length_s: 3,
      annotations: [],
      notes: [],
      channels: [
        { ...channel, samples: 3 },
        { ...channel, name: "B", samples: 2 },
      ],
    });
    const padded = text + " ".repeat((8 - ((text.length + 4) % 8)) % 8);
    const frame = new ArrayBuffer(4 + padded.length + 16);
    new DataView(frame).setUint32(0, padded.length, true);
    new Uint8Array(frame).set(new TextEncoder().encode(padded), 4);
    new Int16Array(frame, 4 + padded.length).set([1, 2, 3, 0, 4, 5, 0, 0]);
    expect(unpacked(frame).channels.map((one) => [...one.data])).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });
});
