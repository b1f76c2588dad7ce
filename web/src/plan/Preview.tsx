/**
 * The curve to expect if this plan were given today. Asked for by a press: a forecast costs the server far more than the live
 * check, which must never wait for it.
 */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { post } from "../api/client";
import { readForecast } from "../api/forecast";
import type { Plan } from "../api/types";
import { dayNumber, range, today } from "../numbers/dates";
import { sum } from "../numbers/decimal";
import { area, line } from "../timeline/scale";
import { useWidth } from "../timeline/useWidth";
import type { Curve, DateRange } from "../timeline/curve";
import { t } from "../words/words";

const HEIGHT = 120;

export function Preview({ id, plan }: { id: string; plan: Plan }) {
  // The model knows product and total only, so nothing else needs a new answer.
  const total = sum(plan.injections.map((injection) => injection.units));
  const wanted = `${plan.product} ${total}`;
  const [asked, setAsked] = useState<string | null>(null);
  const query = useQuery({
    queryKey: ["patient", id, "preview", asked],
    queryFn: ({ signal }) =>
      post<unknown>(`/api/patients/${encodeURIComponent(id)}/preview`, plan, { signal }),
    enabled: asked === wanted,
    retry: false,
    staleTime: Infinity,
  });
  const curve = useMemo(() => (query.data ? readForecast(query.data) : null), [query.data]);
  return (
    <section className="card preview" aria-labelledby="preview-title" data-testid="preview">
      <h2 id="preview-title">{t("Expected course")}</h2>
      {asked !== wanted && (
        <button type="button" className="btn btn--small" onClick={() => setAsked(wanted)}>
          {asked === null ? t("Show the expected course") : t("Show it for this dose")}
        </button>
      )}
      {query.isError && <p className="soft">{t("No forecast: {reason}", { reason: query.error.message })}</p>}
      {curve?.abstains && (
        <p className="soft">{t("No forecast: {reason}", { reason: curve.reason ?? t("not enough data") })}</p>
      )}
      {asked === wanted && curve && !curve.abstains && <Course curve={curve} />}
      {query.isFetching && <p className="soft">{t("Working out the course")}</p>}
    </section>
  );
}

const span = (dates: DateRange | null) =>
  dates?.low && dates.high ? range(dates.low, dates.high) : t("not enough data");

function Course({ curve }: { curve: Curve }) {
  const box = useRef<HTMLDivElement>(null);
  const wide = useWidth(box);
  const first = dayNumber(curve.points[0]?.date ?? today());
  const last = dayNumber(curve.points.at(-1)?.date ?? today());
  const top = Math.max(1, ...curve.points.map((point) => point.high)) * 1.05;
  const x = (date: string) => ((dayNumber(date) - first) / Math.max(1, last - first)) * wide;
  const y = (value: number) => HEIGHT - 20 - (value / top) * (HEIGHT - 26);
  const weeks = [4, 8, 12, 16, 20].filter((week) => first + week * 7 <= last);
  const points = curve.points.map((point) => ({ ...point, at: x(point.date) }));
  return (
    <>
      <div ref={box}>
        {wide > 0 && (
          <svg
            width={wide}
            height={HEIGHT}
            role="img"
            aria-label={t("Expected course: best {best}, likely to fade {fade}.", {
              best: span(curve.peak),
              fade: span(curve.wearOff),
            })}
          >
            <g className="timeline">
              {curve.wearOff?.low && curve.wearOff.high && (
                <g className="wear">
                  <rect
                    x={x(curve.wearOff.low)}
                    width={Math.max(2, Math.min(wide, x(curve.wearOff.high)) - x(curve.wearOff.low))}
                    y={0}
                    height={HEIGHT - 20}
                  />
                </g>
              )}
              <path
                className="band band--95"
                d={area(points.map((p) => ({ x: p.at, low: y(p.low), high: y(p.high) })))}
              />
              {points.every((p) => p.low50 !== null) && (
                <path
                  className="band band--50"
                  d={area(points.map((p) => ({ x: p.at, low: y(p.low50!), high: y(p.high50!) })))}
                />
              )}
              <path className="median" d={line(points.map((p) => ({ x: p.at, y: y(p.mean) })))} />
              {weeks.map((week) => (
                <text
                  key={week}
                  x={(week * 7 * wide) / Math.max(1, last - first)}
                  y={HEIGHT - 5}
                  textAnchor="middle"
                  fontSize={11.5}
                >
                  {week === weeks[0] ? t("week {n}", { n: week }) : week}
                </text>
              ))}
            </g>
          </svg>
        )}
      </div>
      <dl className="pairs">
        <dt>{t("Best")}</dt>
        <dd>{span(curve.peak)}</dd>
        <dt>{t("Worn off")}</dt>
        <dd>
          <strong>{span(curve.wearOff)}</strong>
        </dd>
      </dl>
      <p className="hint">{t("By product and total dose; lower is better. A forecast, not a promise.")}</p>
    </>
  );
}
