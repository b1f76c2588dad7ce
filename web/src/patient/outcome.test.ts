import { expect, it } from "vitest";
import type { Chart, Rating, Session } from "../api/types";
import { effectIn, ratingsAround } from "./outcome";

const session = (date: string): Session => ({
  date,
  product: "onabotulinumtoxinA",
  indication: "cervical_dystonia",
  injections: [{ muscle: "splenius_capitis", side: "left", units: "50" }],
  muscle_effects: [{ muscle: "splenius_capitis", side: "left", effect: "weak" }],
});
const rating = (date: string, total: string | null, scale = "TWSTRS"): Rating => ({ date, scale, total });
const chart = (ratings: Rating[]) =>
  ({ ratings, sessions: [session("2026-01-05"), session("2026-04-20")] }) as unknown as Chart;

it("a judgement belongs to its own side", () => {
  expect(effectIn(session("2026-01-05"), "splenius_capitis", "left")).toBe("weak");
  expect(effectIn(session("2026-01-05"), "splenius_capitis", "right")).toBeNull();
  expect(effectIn(null, "splenius_capitis", "left")).toBeNull();
});

it("the rating before is of this cycle, the lowest after it is told with its day", () => {
  const told = ratingsAround(
    chart([
      rating("2026-01-05", "60"),
      rating("2026-04-20", "51"),
      rating("2026-05-20", "38"),
      rating("2026-06-20", "44"),
      rating("2026-05-20", "2", "PGIC"),
      rating("2026-06-20", "2", "PGIC"),
    ]),
    session("2026-04-20"),
  );
  expect(told).toEqual({
    scale: "TWSTRS",
    before: rating("2026-04-20", "51"),
    best: rating("2026-05-20", "38"),
    higherIsBetter: false,
  });
});

it("a rating before an earlier session says nothing, one without a total neither", () => {
  const told = ratingsAround(
    chart([rating("2026-01-05", "60"), rating("2026-05-20", "38")]),
    session("2026-04-20"),
  );
  expect(told?.before).toBeNull();
  expect(ratingsAround(chart([rating("2026-05-20", null)]), session("2026-04-20"))).toBeNull();
});

it("a scale of change has no before; where higher is better the highest counts", () => {
  const last = session("2026-04-20");
  expect(ratingsAround(chart([rating("2026-05-20", "2", "pgic")]), last)).toBeNull();
  const told = ratingsAround(
    chart([rating("2026-05-20", "60", "adds"), rating("2026-06-20", "80", "adds")]),
    last,
  );
  expect([told?.best.total, told?.higherIsBetter]).toEqual(["80", true]);
});
