import { expect, it } from "vitest";
import { newPassword } from "./newPassword";

it("a password is three groups of four letters that nobody misreads, and never the same", () => {
  const drawn = Array.from({ length: 200 }, newPassword);
  for (const one of drawn) expect(one).toMatch(/^([a-km-np-z2-9]{4}-){2}[a-km-np-z2-9]{4}$/);
  expect(new Set(drawn).size).toBe(200);
});
