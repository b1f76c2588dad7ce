/** The forecast in words: what to expect when, how sure, and what it rests on. */
import { range } from "../numbers/dates";
import { Loading } from "../shared/states";
import { Basis } from "../timeline/Basis";
import type { Curve, DateRange } from "../timeline/curve";
import { t } from "../words/words";
import { MovedBy } from "./MovedBy";

function span(dates: DateRange | null): string {
  if (!dates?.low || !dates.high) return t("not enough data");
  return range(dates.low, dates.high);
}

export function ForecastCard({
  id,
  curve,
  error,
  pending,
}: {
  id: string;
  curve: Curve | null;
  error: Error | null;
  pending: boolean;
}) {
  return (
    <section className="card" aria-labelledby="forecast-title" data-testid="forecast">
      <h2 id="forecast-title">{t("Forecast of this cycle")}</h2>
      {pending && <Loading what={t("the forecast")} tall={240} />}
      {!pending && error && <p className="soft">{t("No forecast: {reason}", { reason: error.message })}</p>}
      {!pending && !error && (!curve || curve.abstains) && (
        <p className="soft">
          {t("No forecast: {reason}", { reason: curve?.reason ?? t("not enough data") })}
        </p>
      )}
      {curve && !curve.abstains && (
        <>
          <dl className="pairs">
            <dt>{t("Begins")}</dt>
            <dd>{span(curve.onset)}</dd>
            <dt>{t("Best")}</dt>
            <dd>{span(curve.peak)}</dd>
            <dt>{t("Half of it gone")}</dt>
            <dd>{span(curve.fading)}</dd>
            <dt>{t("Worn off")}</dt>
            <dd>
              <strong data-testid="wear-off">{span(curve.wearOff)}</strong>
            </dd>
          </dl>
          <Basis curve={curve} />
          <MovedBy id={id} />
        </>
      )}
    </section>
  );
}
