/** What needs attention, in the reader's language: the server tells the kind and the values. */
import type { TodayFlag } from "../api/queries";
import { readable, shown } from "../numbers/dates";
import { coded } from "../words/names";
import { t } from "../words/words";

/** A kind that this page does not know yet is shown in the server's own English words. */
export function flagText({ kind, text, values }: TodayFlag): string {
  const date = values?.date ? shown(values.date) : null;
  switch (kind) {
    case "red_flag":
      return values?.symptom && values.seriousness
        ? `${coded(values.symptom)}, ${t(values.seriousness)}`
        : readable(text);
    case "unsigned":
      return date ? t("session of {date} is not signed", { date }) : readable(text);
    case "duplicate_exposure":
      if (!date) return readable(text);
      return values?.place
        ? t("toxin given at {place} on {date}", { place: values.place, date })
        : t("toxin given elsewhere on {date}", { date });
    case "overdue":
      return date ? t("appointment of {date} was missed", { date }) : readable(text);
    case "never_injected":
      return t("not injected here yet");
    default:
      return readable(text);
  }
}
