/** Code names to words a person reads. */
import type { Side } from "../api/types";
import { t } from "./words";

/** "splenius_capitis" to "Splenius capitis". */
export function words(name: string): string {
  if (name === "emg") return "EMG";
  const text = name.replace(/_/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A condition, symptom, risk or the like in the reader's language; the record keeps its code. */
export function coded(name: string): string {
  return t(words(name));
}

/** "onabotulinumtoxinA" keeps its own spelling. */
export function productName(product: string | null | undefined): string {
  return product ?? t("unknown product");
}

export function sideWord(side: Side | null | undefined): string {
  switch (side) {
    case "left":
      return t("left");
    case "right":
      return t("right");
    case "both":
      return t("both sides");
    case "midline":
      return t("midline");
    default:
      return t("side not given");
  }
}

/** A muscle in the reader's language; the build takes the names from the reference data. */
export function muscleWord(muscle: string, side?: Side | null): string {
  return side && side !== "midline" ? `${coded(muscle)}, ${sideWord(side)}` : coded(muscle);
}

/** What a rule is about, "splenius_capitis left"; the session and the patient need no name. */
export function subjectWord(subject: string | null | undefined): string | null {
  const [name = "", side] = (subject ?? "").split(/[\s,:]+/);
  if (side === "left" || side === "right") return muscleWord(name, side);
  return name.includes("_") ? coded(name) : null;
}

/** Without capitals and accents: "epineux" finds "épineux". */
export const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function sitesWord(sites: string | number | null | undefined): string {
  if (!sites) return t("sites not told");
  return Number(sites) === 1 ? t("1 site") : t("{n} sites", { n: sites });
}

export function fullName(person: { family_name: string | null; given_name: string | null }): string {
  const family = person.family_name?.toUpperCase() ?? t("UNKNOWN");
  return person.given_name ? `${family}, ${person.given_name}` : family;
}
