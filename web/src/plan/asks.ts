/** What to ask the patient or the record, in the reader's language: the server tells what is missing, and of what. */
import type { Ask } from "../api/queries";
import { shown } from "../numbers/dates";
import { coded } from "../words/names";
import { t } from "../words/words";
import { reasonText } from "./reasons";

/** A question that this page does not know yet is asked in the server's own English words. */
export function askText(ask: Ask): string {
  const { field, values = {} } = ask;
  const date = values.date ? shown(values.date) : "";
  switch (field) {
    case "risks":
      if (!values.risk) break;
      return t("{risk} is on record: does it still hold?", { risk: coded(values.risk) });
    case "symptoms":
      if (!values.symptom || !values.seriousness || !date) break;
      return t("{symptom} since {date} ({seriousness}): is it over?", {
        symptom: coded(values.symptom),
        date,
        seriousness: t(values.seriousness),
      });
    case "exposures.units":
      if (!values.product || !date) break;
      return t("How many units of {product} were given on {date}?", { product: values.product, date });
    case "patient.exposure_history":
      return t("Was toxin given anywhere else, by anyone, for anything (migraine, bladder, wrinkles)?");
    case "patient.birth_date":
      return t("When was the patient born?");
    case "patient.weight_kg":
      return t("How much does the child weigh, and since when?");
    case "jurisdiction":
      return t("Whose label holds (US, EU, UK)?");
    case "reconstitution":
      return t("With how many mL is a vial made up?");
    case "sessions.signed_by":
      if (!date) break;
      return t("The session of {date} is not signed: was it given as it stands?", { date });
    case "sessions.muscle_effects":
      if (!date || !values.open || !values.of) break;
      return t("What did each muscle do after {date}? {open} of {of} were not judged.", {
        date,
        open: values.open,
        of: values.of,
      });
    case "product":
      return t("Which product?");
    case "conditions":
      return t("What is treated?");
    case "assessments":
      return t("Which muscles pull, and what dose of them is on file or was given before?");
    case "assessments.postures":
      return t("Which postures, and to which side?");
    case "assessments.emg":
      return t("EMG of the candidate muscles in the posture?");
  }
  return reasonText(ask as unknown as Record<string, unknown>);
}

const WEEKS = /^(\d+) weeks$/;
/** The label's own words of an interval; a plain number of weeks is said in the reader's language. */
export const intervalWord = (text: string): string => {
  const weeks = WEEKS.exec(text)?.[1];
  return weeks ? t("{n} weeks", { n: weeks }) : text;
};

/** What speaks for or against a day of the next visit; `reason` is the same in English. */
export function remarkText(remark: { kind: string; values: Record<string, string> }, reason: string): string {
  const { kind, values } = remark;
  const { why = "", words: label = "" } = values;
  const day = (name: string) => (values[name] ? shown(values[name]) : t("unknown"));
  switch (kind) {
    case "never_injected":
      return t("No injection is on record, so there is no interval to count.");
    case "fading":
      return t("The effect of the session of {date} is likely to fade between {low} and {high}.", {
        date: day("session"),
        low: day("low"),
        high: day("high"),
      });
    case "no_forecast":
      return t("No forecast: {reason}", { reason: why });
    case "no_label_interval":
      return t(
        "No shortest interval of a label is on file for this product and condition: that is not none.",
      );
    case "label_interval":
      return t("The label's shortest interval of {words} ends on {date}.", {
        words: intervalWord(label),
        date: day("date"),
      });
    case "label_interval_unverified":
      return t("The label's shortest interval of {words} ends on {date} (figure not verified).", {
        words: intervalWord(label),
        date: day("date"),
      });
    case "fades_before_label":
      return t(
        "The effect is likely to fade before the label's interval is over: speak about it at the visit.",
      );
    case "booked_early":
      return t("Booked on {date}, before the label's interval is over.", { date: day("date") });
    default:
      return reasonText(reason);
  }
}
