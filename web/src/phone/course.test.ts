import { describe, expect, it } from "vitest";
import { chapterOf, lastWeek, tension, working } from "./course";

describe("the course of the animation", () => {
  const weeks = Array.from({ length: lastWeek() + 1 }, (_, week) => week);
  it("begins whole, falls within weeks and comes back", () => {
    expect(working(0)).toBe(1);
    const least = Math.min(...weeks.map(working));
    const at = weeks.findIndex((week) => working(week) === least);
    expect(at).toBeGreaterThanOrEqual(2);
    expect(at).toBeLessThanOrEqual(7);
    expect(working(lastWeek())).toBeGreaterThan(least + 0.3);
    for (const week of weeks.slice(at + 1)) expect(working(week)).toBeGreaterThanOrEqual(working(week - 1));
  });
  it("tells the four chapters once each, in order", () => {
    const told = weeks.map(chapterOf);
    const turns = told.filter((chapter, index) => index === 0 || chapter !== told[index - 1]);
    expect(turns).toEqual(["before", "coming", "resting", "returning"]);
  });
  it("never pulls more than what works, and stays within the weeks it knows", () => {
    for (const week of weeks) {
      expect(tension(week)).toBeLessThanOrEqual(working(week));
      expect(tension(week)).toBeGreaterThan(0);
    }
    expect(working(-3)).toBe(1);
    expect(working(999)).toBe(working(lastWeek()));
  });
});
