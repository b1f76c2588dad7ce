/** Side effects that are not over by the record: said so here, or since when they are. */
import { useState } from "react";
import type { Chart } from "../api/types";
import { shown, today } from "../numbers/dates";
import { ActError } from "../shared/ActError";
import { DateField } from "../shared/sending";
import { coded } from "../words/names";
import { t } from "../words/words";
import { useStanding, type Standing } from "./standing";

export function OpenEffects({ id, chart }: { id: string; chart: Chart }) {
  const open = chart.symptoms.some((one) => !one.resolved);
  const { may, rows, busy, error, correct } = useStanding(id, "symptom_reported", "symptoms", open);
  const own = rows.filter(({ body }) => !body["resolved"]);
  if (!may || own.length === 0) return null;
  return (
    <section className="card stack stack--tight" aria-labelledby="open-effects-title">
      <h2 id="open-effects-title">{t("Side effects not over")}</h2>
      <ul className="stack stack--tight">
        {own.map((one) => (
          <OpenEffect
            key={one.entry}
            one={one}
            busy={busy}
            onOver={(date) => void correct(one, { resolved: date }, "over, as asked at follow-up")}
          />
        ))}
      </ul>
      <ActError error={error} />
    </section>
  );
}

function OpenEffect({
  one: { entry, body },
  busy,
  onOver,
}: {
  one: Standing;
  busy: boolean;
  onOver: (date: string) => void;
}) {
  const [date, setDate] = useState(today());
  const began = String(body["date"]);
  const fits = date >= began && date <= today();
  const symptom = coded(String(body["symptom"]));
  return (
    <li className="form-line form-line--end open-effect">
      <div>
        <strong>{symptom}</strong>, {t(String(body["seriousness"]))}
        <span className="hint">{t("since {date}", { date: shown(began) })}</span>
      </div>
      <div className="row">
        <DateField id={`over-${entry}`} label={t("Over since")} value={date} onChange={setDate} />
        <button
          type="button"
          className="btn"
          disabled={busy || !fits}
          aria-label={t("{symptom} is over", { symptom })}
          onClick={() => onOver(date)}
        >
          {t("It is over")}
        </button>
      </div>
    </li>
  );
}
