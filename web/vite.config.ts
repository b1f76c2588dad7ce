import react from "@vitejs/plugin-react";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Folders whose texts the patient's page can show. */
const PHONE_FOLDERS = ["phone", "camera", "shared", "numbers", "words", "api"];

/**
 * `de.json?phone` is the catalogue without what only the clinic's screens say: the patient's page has to open on a slow
 * phone. A text is kept when it stands, as a whole string, in a source that the page can use.
 */
function phoneWords(): Plugin {
  const sources = () =>
    PHONE_FOLDERS.flatMap((folder) =>
      readdirSync(here(`src/${folder}`))
        .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
        .map((name) => readFileSync(here(`src/${folder}/${name}`), "utf8")),
    ).join("\n");
  return {
    name: "phone-words",
    enforce: "pre",
    load(id) {
      if (!id.endsWith(".json?phone")) return null;
      const all = JSON.parse(readFileSync(id.replace("?phone", ""), "utf8")) as Record<string, string>;
      const text = sources();
      const kept = Object.entries(all).filter(([key]) => text.includes(JSON.stringify(key)));
      return {
        code: `export default ${JSON.stringify(Object.fromEntries(kept))}`,
        map: null,
        moduleType: "js",
      };
    },
  };
}

/** The weights of the face model, out of their package into the bundle; they are fetched only when the camera is opened. */
function faceWeights(): Plugin {
  const models = here("node_modules/@vladmandic/face-api/model");
  return {
    name: "face-weights",
    apply: "build",
    generateBundle() {
      for (const name of ["tiny_face_detector_model", "face_landmark_68_model"])
        for (const end of [".bin", "-weights_manifest.json"])
          this.emitFile({
            type: "asset",
            fileName: `face/${name}${end}`,
            source: readFileSync(`${models}/${name}${end}`),
          });
    },
  };
}

// Two entries: the clinic, and the patient's small page that must load fast on a phone.
export default defineConfig({
  plugins: [phoneWords(), faceWeights(), react()],
  base: "/",
  build: {
    outDir: here("../src/reprieve/web/static"),
    emptyOutDir: true,
    // A data: font or script would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: here("index.html"), phone: here("phone.html") } },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
  // A test that needs a page asks for one in its first line: making one for each file costs seconds.
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"] },
});
