import { describe, expect, it } from "vitest";
import { lotOf, readCarton } from "./gs1";

const GS = "\u001d";

// 00614141999996 is the example item number of the GS1 General Specifications.
describe("the code on a carton", () => {
  it("reads product, expiry, lot and serial as a scanner types them", () => {
    expect(readCarton(`]d2010061414199999617270331${"10"}C1234C3${GS}21SER-9`)).toEqual({
      gtin: "00614141999996",
      expires: "2027-03-31",
      lot: "C1234C3",
      serial: "SER-9",
    });
  });
  it("reads the bracketed text below the code", () => {
    expect(readCarton("(01)00614141999996(17)280229(10)K264D")?.expires).toBe("2028-02-29");
  });
  it("day 00 is the last day of the month", () => {
    expect(readCarton("(01)00614141999996(17)270200(10)A")?.expires).toBe("2027-02-28");
  });
  it.each([
    "C1234C3", // a plain lot
    "10A", // a plain lot that begins like an identifier
    "010061414199999717270331", // wrong check digit
    "(01)00614141999996(17)271301(10)A", // month 13
    "(01)00614141999996(17)270230(10)A", // 30 February
  ])("does not guess: %s", (text) => {
    expect(readCarton(text)).toBeNull();
    expect(lotOf(` ${text} `)).toBe(text);
  });
});
