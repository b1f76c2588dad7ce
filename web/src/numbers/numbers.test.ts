import { describe, expect, it } from "vitest";
import vectors from "../../../tests/golden/number_vectors.json";
import { age, daysBetween, isoOf, dayNumber, range, shown } from "./dates";
import { add, compare, divide, multiply, subtract, sum } from "./decimal";
import { change, number, units } from "./format";
import { parseNumber, refusal } from "./parse";

describe("a typed number", () => {
  it.each(vectors.vectors)("$text reads $value", ({ text, value }) => {
    expect(parseNumber(text)).toBe(value);
  });
  it("says what to do when it could be read in two ways", () => {
    expect(refusal("1,500")).toContain("Write 1500");
  });
  it("comes back from its own display", () => {
    for (const value of ["0.25", "62.5", "1000", "10000", "12500.5"])
      expect(parseNumber(number(value))).toBe(value);
  });
});

describe("exact decimals", () => {
  it("add without the float's tail", () => {
    expect(add("0.1", "0.2")).toBe("0.3");
    expect(sum(Array.from({ length: 1000 }, () => "0.1"))).toBe("100");
    expect(subtract("1", "0.9")).toBe("0.1");
    expect(multiply("2.5", "0.4")).toBe("1");
    expect(divide("1", "3", 3)).toBe("0.333");
    expect(divide("2", "3", 2)).toBe("0.67");
    expect(compare("10", "9.99")).toBe(1);
  });
});

describe("a dose in words", () => {
  it("has no trailing zero, a leading zero and the unit spelled out", () => {
    expect(units("5.0")).toBe("5 units");
    expect(units("0.5")).toBe("0.5 units");
    expect(units("1")).toBe("1 unit");
    expect(units("10000")).toBe("10\u202f000 units");
  });
  it("shows the change from last time", () => {
    expect(change("50", "60")).toBe("+20 %");
    expect(change("60", "50")).toBe("\u221217 %");
    expect(change("50", "50")).toBeNull();
    expect(change("0", "50")).toBeNull();
  });
});

describe("dates", () => {
  it("read as day-month-year with the month in letters", () => {
    expect(shown("1945-07-14")).toBe("14-Jul-1945");
    expect(range("2026-02-12", "2026-02-26")).toBe("12–26 Feb");
    expect(range("2026-12-28", "2027-01-08")).toBe("28 Dec 2026 – 8 Jan 2027");
  });
  it("count days across a clock change and a leap day", () => {
    expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
    expect(daysBetween("2024-02-28", "2024-03-01")).toBe(2);
    expect(isoOf(dayNumber("2024-02-29"))).toBe("2024-02-29");
  });
  it("give the age on the birthday and the day before", () => {
    expect(age("1945-07-14", "2026-07-13")).toBe(80);
    expect(age("1945-07-14", "2026-07-14")).toBe(81);
  });
});
