/**
 * Words on the screen. The English text is the key; a catalogue holds its translation. What a catalogue lacks is
 * shown in English, and words.test.ts fails for a text that is missing.
 */
export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "reprieve.language";
let current: Language = "en";
let catalogue: Record<string, string> = {};

function isLanguage(text: string | null | undefined): text is Language {
  return text != null && text in LANGUAGES;
}

export function language(): Language {
  return current;
}

function preferred(): Language {
  try {
    const kept = localStorage.getItem(KEY);
    if (isLanguage(kept)) return kept;
  } catch {
    // No storage: the browser's own language holds.
  }
  const first = navigator.language.slice(0, 2);
  return isLanguage(first) ? first : "en";
}

type Loaders = Record<Exclude<Language, "en">, () => Promise<{ default: Record<string, string> }>>;

const none = () => Promise.resolve({ default: {} });
let loaders: Loaders = { de: none, fr: none };

/** Each page brings its own catalogues before it starts: the patient's are much smaller than the clinic's. */
export function takeCatalogues(own: Loaders): void {
  loaders = own;
}

/** Load the catalogue before the first paint; falls back to English. */
export async function startWords(wanted: Language = preferred()): Promise<void> {
  try {
    // Both at once: a page that is drawn while the catalogue is on its way stays in one language.
    catalogue = wanted === "en" ? {} : (await loaders[wanted]()).default;
    current = wanted;
  } catch {
    current = "en";
    catalogue = {};
  }
  document.documentElement.lang = current;
}

export function chooseLanguage(wanted: Language): void {
  try {
    localStorage.setItem(KEY, wanted);
  } catch {
    // Without storage the choice holds until the page is loaded again.
  }
  void startWords(wanted).then(() => window.dispatchEvent(new Event("reprieve:language")));
}

/** The text in the reader's language, `{name}` replaced by its value. */
export function t(text: string, values: Record<string, string | number> = {}): string {
  const found = catalogue[text] ?? text;
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
