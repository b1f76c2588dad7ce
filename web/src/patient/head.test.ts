import { describe, expect, it } from "vitest";
import type { PostureFinding } from "../api/types";
import { AXES, moved, valueOf } from "./HeadSliders";

const [turn, , nod] = AXES as [(typeof AXES)[0], (typeof AXES)[0], (typeof AXES)[0]];
const TREMOR: PostureFinding = { posture: "cervical.tremor_no_no", angle_deg: "30", certainty: "slight" };

describe("posing the head", () => {
  it("sets a side and an angle, and leaves the other postures alone", () => {
    const rows = moved(turn, [TREMOR], -20);
    expect(rows).toContainEqual(TREMOR);
    expect(rows[0]).toMatchObject({ posture: "cervical.torticaput", side: "right", angle_deg: "20" });
    expect(valueOf(turn, rows)).toBe(-20);
  });
  it("across the middle the side changes, there is never one posture on both sides, and the certainty stays", () => {
    const rows = moved(
      turn,
      moved(turn, [], -20).map((row) => ({ ...row, certainty: "doubtful" as const })),
      35,
    );
    expect(rows).toEqual([
      { posture: "cervical.torticaput", side: "left", angle_deg: "35", certainty: "doubtful" },
    ]);
  });
  it("straight is no posture", () => expect(moved(turn, moved(turn, [], 10), 0)).toEqual([]));
  it("forward and back have no side", () => {
    expect(moved(nod, [], 15)[0]).toMatchObject({ posture: "cervical.antecaput", side: null });
    expect(moved(nod, [], -15)[0]).toMatchObject({ posture: "cervical.retrocaput", side: null });
  });
});
