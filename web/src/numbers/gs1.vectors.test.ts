import { describe, expect, it } from "vitest";
import file from "../../../tests/golden/gs1_vectors.json";
import { readCarton } from "./gs1";

// The same vectors hold the Python reader (tests/deliver/test_carton.py).
describe("cartons, read as Python reads them", () => {
  it.each(file.vectors)("$text", ({ text, carton }) => {
    expect(readCarton(text.replaceAll("<GS>", "\u001d"))).toEqual(carton);
  });
});
