import { describe, expect, it } from "vitest";
import { linesOf, recent, type Figures } from "./live";

const at = (time_s: number): Figures => ({
  time_s,
  rms_uv: 1,
  turns_per_s: 0,
  spikes_per_s: 0,
  new_spikes: 0,
  verdict: "silent",
  age_s: 0,
});

describe("lines as they come", () => {
  it("are whole, however the network cuts them", () => {
    const text = '{"a":1}\n{"b":2}\n{"c":3}\n';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const first = linesOf("", text.slice(0, cut));
      const second = linesOf(first.rest, text.slice(cut));
      expect([...first.lines, ...second.lines]).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
      expect(second.rest).toBe("");
    }
  });
  it("keep the last seconds of the needle's own time", () => {
    expect(recent([at(0), at(5)], [at(10), at(12)], 8).map((one) => one.time_s)).toEqual([5, 10, 12]);
    expect(recent([], [], 8)).toEqual([]);
  });
});
