import { describe, expect, it } from "vitest";
import { calendarFile } from "../shared/calendar";
import { askedDay } from "./asked";

describe("the questions after an injection", () => {
  it.each([
    ["2026-11-01", "2026-11-03", null],
    ["2026-11-01", "2026-11-04", 3],
    ["2026-11-01", "2026-11-06", 3],
    ["2026-11-01", "2026-11-07", null],
    ["2026-11-01", "2026-11-08", 7],
    ["2026-11-01", "2026-11-17", 14],
    ["2026-11-01", "2026-11-18", null],
    // Across the end of summer time no day is lost or doubled.
    ["2026-10-22", "2026-10-25", 3],
  ])("%s, on %s: day %s", (last, now, day) => expect(askedDay(last, now)).toBe(day));
  it("asks nothing without an injection", () => expect(askedDay(null)).toBeNull());
});

describe("a visit as a calendar file", () => {
  it("is a whole day, told to end on the day after", () => {
    const text = calendarFile("2026-12-31", "Visit; clinic", new Date("2026-11-24T08:00:00Z"));
    expect(text).toContain("DTSTART;VALUE=DATE:20261231\r\n");
    expect(text).toContain("DTEND;VALUE=DATE:20270101\r\n");
    expect(text).toContain("SUMMARY:Visit\\; clinic\r\n");
    expect(text.split("\r\n").every((line) => line.length <= 75)).toBe(true);
  });
});
