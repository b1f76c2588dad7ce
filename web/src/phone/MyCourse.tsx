/** The own course in plain words, with a small picture: the entries, where today is, best weeks, likely fading. */
import { dayNumber, range, shown, today } from "../numbers/dates";
import { t } from "../words/words";
import type { Mine } from "./mine";

interface Props {
  mine: Mine | null;
  /** The answer is on its way: room is kept for it, so that nothing jumps under the finger. */
  coming: boolean;
}

export function MyCourse({ mine, coming }: Props) {
  if (!mine)
    return coming ? (
      <section className="card course-coming" aria-labelledby="course-title" aria-busy="true">
        <h2 id="course-title">{t("Where you are now")}</h2>
      </section>
    ) : null;
  const forecast = mine.forecast;
  const last = [...mine.sessions].sort((a, b) => a.date.localeCompare(b.date)).at(-1);
  return (
    <section className="card" aria-labelledby="course-title">
      <h2 id="course-title">{t("Where you are now")}</h2>
      {forecast?.best_from && forecast.best_to && forecast.fading_from && forecast.fading_to ? (
        <>
          <p className="course-words" data-testid="course-words">
            {where(forecast.best_from, forecast.best_to, forecast.fading_from, forecast.fading_to)}
          </p>
          <dl className="pairs">
            <dt>{t("Best weeks")}</dt>
            <dd data-testid="best">
              {t("about {range}", { range: range(forecast.best_from, forecast.best_to) })}
            </dd>
            <dt>{t("Likely to fade")}</dt>
            <dd data-testid="fading">
              {t("between {range}", { range: range(forecast.fading_from, forecast.fading_to) })}
            </dd>
          </dl>
        </>
      ) : (
        <p className="soft">{t("There is not enough yet to say when it fades. Each entry helps.")}</p>
      )}
      {last && <Picture mine={mine} from={last.date} />}
      <p className="hint">{t("This is likely, not certain. It gets better with each entry.")}</p>
    </section>
  );
}

function where(bestFrom: string, bestTo: string, fadingFrom: string, fadingTo: string): string {
  const now = today();
  if (now < bestFrom) return t("It is still growing stronger.");
  if (now <= bestTo) return t("About now are your best weeks.");
  if (now < fadingFrom) return t("The best weeks are behind you; it should still hold.");
  if (now <= fadingTo) return t("It is likely fading about now.");
  return t("It has probably faded.");
}

function Picture({ mine, from }: { mine: Mine; from: string }) {
  const width = 340;
  const height = 118;
  const start = dayNumber(from);
  const now = dayNumber(today());
  const forecast = mine.forecast;
  const end = Math.max(now + 7, forecast?.fading_to ? dayNumber(forecast.fading_to) + 7 : start + 120);
  const x = (day: number) => 8 + ((day - start) / Math.max(1, end - start)) * (width - 16);
  const y = (value: number) => 12 + (value / 10) * 66;
  const dots = mine.diary.filter((entry) => entry.severity !== null && entry.date >= from);
  const band = (first: string | null | undefined, last: string | null | undefined, name: string) =>
    first && last ? (
      <rect
        className={name}
        x={x(dayNumber(first))}
        y={6}
        width={Math.max(4, x(dayNumber(last)) - x(dayNumber(first)))}
        height={78}
        rx={4}
      />
    ) : null;
  const text = t("{n} entries since {date}; higher dots are better days", {
    n: dots.length,
    date: shown(from),
  });
  return (
    <svg className="picture" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={text}>
      {band(forecast?.best_from, forecast?.best_to, "best-band")}
      {band(forecast?.fading_from, forecast?.fading_to, "fade-band")}
      <line className="picture-now" x1={x(now)} x2={x(now)} y1={4} y2={90} />
      {dots.map((entry, index) => (
        <circle
          key={`${entry.date}-${index}`}
          cx={x(dayNumber(entry.date))}
          cy={y(Number(entry.severity))}
          r={2.6}
        />
      ))}
      <text x={x(now)} y={104} textAnchor={x(now) > width - 40 ? "end" : x(now) < 40 ? "start" : "middle"}>
        {t("today")}
      </text>
      {forecast?.best_from && forecast.best_to && (
        <text
          x={(x(dayNumber(forecast.best_from)) + x(dayNumber(forecast.best_to))) / 2}
          y={116}
          textAnchor="middle"
        >
          {t("best")}
        </text>
      )}
      {forecast?.fading_from && forecast.fading_to && (
        <text
          x={Math.min(
            width - 34,
            (x(dayNumber(forecast.fading_from)) + x(dayNumber(forecast.fading_to))) / 2,
          )}
          y={116}
          textAnchor="middle"
        >
          {t("may fade")}
        </text>
      )}
    </svg>
  );
}
