/**
 * Sentences of the engines in the reader's language. They come in English; each part of one, between semicolons, is
 * known by its pattern, which is also its key in the catalogue. What is not known stays English, whole.
 */
import { shown } from "../numbers/dates";
import { coded, sideWord, subjectWord } from "../words/names";
import { language, t } from "../words/words";

/** The narrower pattern stands before the wider one. */
export const SENTENCES: readonly string[] = [
  "takes part with probability {p} (an even guess: no finding names it)",
  "takes part with probability {p}: {rest}",
  "start: {p}% for a muscle the record names",
  "{posture}: {which} {role} muscle of the table",
  "from general knowledge, not read in a source",
  "counts {p}% beside the stronger form",
  "injected in {p}% of 306 patients with cervical dystonia",
  "EMG in the posture {p} % of the maximal effort (reference {q} %)",
  "sustained contraction for {p}% of the time",
  "{n} turns/s at rest (published limits {low} and {high})",
  "keeps {p}% of its activity when the patient moves the other way",
  "starts before the movement",
  "does not start before the movement",
  "works against the posture (compensation)",
  "no sign of compensation",
  "enlarged on examination",
  "not enlarged on examination",
  "painful or tender",
  "not painful",
  "fixed contracture: toxin alone will not lengthen it",
  "no contracture",
  "injected on {date} with {units} units {product}: {told}",
  "injected on {date} with {product}: {told}",
  "no dose of {product} in the last session",
  "no dose of {product} here before",
  "last dose {units} units on {date}, effect not judged",
  "last dose {units} units on {date}, effect {told}",
  "{n} earlier judgement(s): expected to need {p}% less than most, shrunk to the population",
  "{n} earlier judgement(s): expected to need {p}% more than most, shrunk to the population",
  "chance of being judged too weak {p}%",
  "may spread into {places}",
  "more room under that limit, or a lower dose elsewhere under it",
  "a source for a larger dose, entered by the clinic",
  "a judgement of what this dose did, or other evidence that the muscle takes part",
  "measuring {finding} would tell most about it",
  "{units} units would add {gain} relief and cost {cost} (weakness, spread, units, sites)",
  "fewest and smallest changes of the last session that answer what is complained of",
  "fewest units that keep {p}% of the best expected relief",
  "expected relief against weakness, spread, units, sites and waste is best here",
  "the worst {p}% of the draws count {q}% beside the mean",
  "{aim}: proven, gap 0 ({model})",
  "answers: {muscle}: {units} units of {date} changed nothing",
  "label range {low} to {high} units ({source}, not verified)",
  "label range {low} to {high} units ({source})",
  "no range of a label or a usable publication",
  "around the patient's own {units} units of {date}",
  "{n} units left",
  "at the top of its range ({range})",
  "{n} weeks, counted as {days} days",
  "{n} months, counted as {days} days",
  "the course of {product} rests on published summaries, not on patients' data",
  "learned from cervical dystonia only",
];

/** Words that fill a slot of a sentence. */
export const FILLERS: readonly string[] = [
  "better",
  "same",
  "worse",
  "helped",
  "changed nothing",
  "made it worse",
  "left the muscle weak: that speaks about the dose, not about whether it takes part",
  "ipsilateral",
  "contralateral",
  "bilateral",
  "affected",
  "primary",
  "secondary",
  "deep optional",
  "emg activity",
  "emg paradox",
  "weak",
];

const PATTERNS = SENTENCES.map((text) => ({
  text,
  form: new RegExp(`^${text.replace(/[.*+?^$()|[\]\\/]/g, "\\$&").replace(/\{(\w+)\}/g, "(?<$1>.+?)")}$`),
}));

const filler = (word: string): string | null => (FILLERS.includes(word) ? t(word) : null);

/** "Torticollis to the left (slight)": the posture, the side, how sure. */
function posture(text: string): string {
  const [, named = text, doubt] = /^(.*?)(?: \((slight|doubtful)\))?$/.exec(text) ?? [];
  const [, name = named, to, at] = /^(.*?)(?: to the (left|right)|, (left|right))?$/.exec(named) ?? [];
  const side = (to ?? at) as "left" | "right" | undefined;
  return `${t(name)}${side ? `, ${sideWord(side)}` : ""}${doubt ? ` (${t(doubt)})` : ""}`;
}

/** "brachialis (weak grip), ulnar_nerve (needle risk, arm weakness)". */
const places = (text: string): string =>
  text.replace(
    /(\w+) \((.*?)\)(?=, \w+ \(|$)/g,
    (_, name: string, effect: string) => `${coded(name)} (${t(effect)})`,
  );

const SLOTS: Record<string, (text: string) => string | null> = {
  date: shown,
  muscle: subjectWord,
  posture,
  places,
  which: filler,
  role: filler,
  told: filler,
  finding: filler,
  rest: part,
  aim: part,
  range: parts,
};

function part(text: string): string | null {
  for (const pattern of PATTERNS) {
    const slots = pattern.form.exec(text);
    if (!slots) continue;
    const values: Record<string, string> = {};
    for (const [name, value] of Object.entries(slots.groups ?? {})) {
      const told = SLOTS[name] ? SLOTS[name](value) : value;
      if (told === null) return null;
      values[name] = told;
    }
    return t(pattern.text, values);
  }
  return null;
}

function parts(text: string): string | null {
  const told = text.split("; ").map(part);
  return told.includes(null) ? null : told.join("; ");
}

/** The sentence in the reader's language; null where the reader reads English, or where it is not known. */
export function translated(sentence: string): string | null {
  if (language() === "en") return null;
  return part(sentence) ?? parts(sentence);
}
