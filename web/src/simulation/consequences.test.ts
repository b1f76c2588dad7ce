import { describe, expect, it } from "vitest";
import { type Case, CHANGES, shift, turn } from "./consequences";

const muscle = { muscle: "m", side: null, peak_day: 20, weak_days: 3, half_return_day: null };
const one = (...peaks: number[]): Case => ({
  name: "x",
  product: "p",
  units: "1",
  muscles: peaks.map((peak_block) => ({ ...muscle, peak_block })),
  risks: [],
});

describe("consequences", () => {
  it("names the way of a motion by its sign", () => {
    expect(turn("neck_upper.rotation_left", -12)).toEqual({ way: "turn to the right", degrees: 12 });
    expect(turn("neck_lower.tilt_right", 3)).toEqual({ way: "tilt to the right", degrees: 3 });
    expect(turn("neck_lower.extension", 0)).toEqual({ way: "back", degrees: 0 });
    expect(turn("ankle.dorsiflexion", -8)).toEqual({ way: "dorsiflexion", degrees: -8 });
  });
  it("measures the mean change of the muscles", () => {
    expect(shift(one(0.5, 0.7), one(0.6, 0.7))).toBeCloseTo(0.05);
    expect(shift(one(), one())).toBe(0);
  });
  it("writes each change as the server reads it", () => {
    for (const change of CHANGES)
      expect(change.what).toMatch(/^(units|volume|sites|needle|along)=\d+(\.\d+)?$/);
  });
});
