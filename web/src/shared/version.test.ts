import { beforeEach, expect, it, vi } from "vitest";

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal("window", new EventTarget());
});

it("a page is old when the server no longer names what it began with, and says so once", async () => {
  const { isNewer, NEWER, runAs, see } = await import("./version");
  let told = 0;
  window.addEventListener(NEWER, () => (told += 1));
  runAs("http://clinic.test/assets/index-a1.js");
  see("index-a1.js phone-a1.js");
  see(null);
  see("");
  expect(isNewer()).toBe(false);
  see("index-b2.js phone-b2.js");
  see("index-c3.js phone-c3.js");
  expect([isNewer(), told]).toEqual([true, 1]);
});

it("a page of the developer's server is never old", async () => {
  const { isNewer, runAs, see } = await import("./version");
  runAs("http://localhost:5173/src/clinic/main.tsx?t=1");
  see("index-b2.js phone-b2.js");
  expect(isNewer()).toBe(false);
});
