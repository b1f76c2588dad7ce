import react from "@vitejs/plugin-react";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const DATA = here("../src/reprieve/reference/data");
/** A table of the reference data; no cell of those read here holds a line break or a quoted quote. */
const table = (name: string): Record<string, string>[] => {
  const lines = readFileSync(`${DATA}/${name}`, "utf8").split(/\r?\n/);
  const cells = (line: string) =>
    [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  const [head, ...rows] = lines.filter((line) => line && !line.startsWith("#")).map(cells);
  return rows.map((row) => Object.fromEntries(head!.map((name, index) => [name, row[index]!])));
};

/** Muscles of the reference data in one language, by what the page would say in English. */
function muscleNames(language: string, english: (id: string) => string): Record<string, string> {
  const rows = table("anatomy/names_by_language.csv").filter((row) => row.language === language);
  return Object.fromEntries(rows.map((row) => [english(row.muscle!), row.name!]));
}

/** How the clinic's page says a muscle in English: as `words` of src/words/names.ts does. */
const saidByPage = (id: string): string => `${id.charAt(0).toUpperCase()}${id.slice(1).replace(/_/g, " ")}`;

/** How the server says a muscle in plain English, as the patient's page gets it. */
function saidByServer(): (id: string) => string {
  const groups = JSON.parse(readFileSync(`${DATA}/anatomy/label_groups.json`, "utf8")) as {
    groups: { id: string; name: string }[];
  };
  const names = new Map([
    ...table("ta2_names/names.csv").map((row) => [row.muscle!, row.name!] as const),
    ...groups.groups.map((group) => [group.id, group.name] as const),
  ]);
  return (id) => names.get(id)!;
}

/** Folders whose texts the patient's page can show. */
const PHONE_FOLDERS = ["phone", "camera", "shared", "numbers", "words", "api"];

/**
 * `de.json?clinic` is the catalogue with the muscles of the reference data in it. `de.json?phone` is the catalogue without what only the clinic's screens say: the patient's page has to open on a slow
 * phone. A text is kept when it stands, as a whole string, in a source that the page can use.
 */
function catalogues(): Plugin {
  const sources = () =>
    PHONE_FOLDERS.flatMap((folder) =>
      readdirSync(here(`src/${folder}`))
        .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
        .map((name) => readFileSync(here(`src/${folder}/${name}`), "utf8")),
    ).join("\n");
  return {
    name: "catalogues",
    enforce: "pre",
    load(id) {
      const [, file, language, page] = /^(.*\/(\w\w)\.json)\?(phone|clinic)$/.exec(id) ?? [];
      if (!file || !language) return null;
      const all = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
      const text = page === "phone" ? sources() : "";
      const kept = Object.entries(all).filter(
        ([key]) => page === "clinic" || text.includes(JSON.stringify(key)),
      );
      const muscles = muscleNames(language, page === "clinic" ? saidByPage : saidByServer());
      return {
        code: `export default ${JSON.stringify({ ...Object.fromEntries(kept), ...muscles })}`,
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
  plugins: [catalogues(), faceWeights(), react()],
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
