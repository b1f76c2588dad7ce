import { expect, it } from "vitest";
import { sizeFor } from "./VialTable";

it("a first vial is of the smallest size that holds what is planned, else of the largest", () => {
  const sizes = ["100", "50", "200"];
  expect(sizeFor(sizes, "0")).toBe("50");
  expect(sizeFor(sizes, "50")).toBe("50");
  expect(sizeFor(sizes, "62.5")).toBe("100");
  expect(sizeFor(sizes, "130")).toBe("200");
  expect(sizeFor(sizes, "380")).toBe("200");
  expect(sizeFor([], "100")).toBeNull();
});
