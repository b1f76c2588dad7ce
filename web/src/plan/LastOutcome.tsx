/** What the last session did, in one line, where the next one begins. */
import { Link } from "wouter";
import type { Chart, Session } from "../api/types";
import { daysBetween, shown, today } from "../numbers/dates";
import { number } from "../numbers/format";
import { ratingsAround, type Around } from "../patient/outcome";
import { scaleWord } from "../timeline/scales";
import { coded } from "../words/names";
import { t } from "../words/words";

const weekOf = (session: Session, date: string) => Math.floor(daysBetween(session.date, date) / 7);

const outcomeOf = ({ scale, before, best }: Around, last: Session) => ({
  scale: scaleWord(scale),
  before: before ? number(before.total!) : t("unknown"),
  after: number(best.total!),
  n: weekOf(last, best.date),
});

export function LastOutcome({ id, chart, last }: { id: string; chart: Chart; last: Session }) {
  const around = ratingsAround(chart, last);
  const symptoms = chart.symptoms.filter((one) => one.date >= last.date);
  return (
    <p className="last-outcome small" data-testid="last-outcome">
      <strong>
        {t("Last time, {date}, week {n} now", { date: shown(last.date), n: weekOf(last, today()) })}
      </strong>{" "}
      {around
        ? around.higherIsBetter
          ? t("{scale} {before} before, highest {after} in week {n}", outcomeOf(around, last))
          : t("{scale} {before} before, lowest {after} in week {n}", outcomeOf(around, last))
        : t("not rated since")}
      {" · "}
      {symptoms.length === 0
        ? t("no side effect reported")
        : symptoms
            .map(
              (one) =>
                `${coded(one.symptom)}, ${t(one.seriousness)}${one.resolved ? "" : `, ${t("not over")}`}`,
            )
            .join("; ")}
      {" · "}
      <Link href={`/patients/${id}/since`}>{t("Since last time")}</Link>
    </p>
  );
}
