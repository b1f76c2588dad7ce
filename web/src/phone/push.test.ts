import { describe, expect, it } from "vitest";
import { keyBytes } from "./push";

describe("the key of the server", () => {
  it("is the 65 bytes of an uncompressed point, as in the example of RFC 8291", () => {
    const bytes = keyBytes(
      "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
    );
    expect(bytes).toHaveLength(65);
    expect(bytes[0]).toBe(4);
    expect([...bytes.slice(1, 4)]).toEqual([0xfe, 0x33, 0xf4]);
    expect(bytes[64]).toBe(0x0f);
  });
});
