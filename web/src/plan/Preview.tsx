/** The curve to expect if this plan were given today, anew with each change of product or total, once the typing rests. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { post } from "../api/client";
import { readForecast } from "../api/forecast";
import type { Plan } from "../api/types";
import { dayNumber, range, today } from "../numbers/dates";
import { sum } from "../numbers/decimal";
import { useSettled } from "../shared/useSettled";
import { Basis } from "../timeline/Basis";
import { area, line } from "../timeline/scale";
import { useWidth } from "../timeline/useWidth";
import type { Curve, DateRange } from "../timeline/curve";
import { t } from "../words/words";

const HEIGHT = 120;
/** A digit is seldom the last one: asked for sooner, most answers would be thrown away. */
const SETTLE_MS = 180;

export function Preview({ id, plan }: { id: string; plan: Plan }) {
  // The model knows product and total only, so nothing else needs a new answer.
  const total = sum(plan.injections.map((injection) => injection.units));
  const wanted = `${plan.product} ${total}`;
  const settled = useSettled(wanted, SETTLE_MS);
  const query = useQuery({
    queryKey: ["patient", id, "preview", settled],
    queryFn: ({ signal }) =>
      post<unknown>(`/api/patients/${encodeURIComponent(id)}/preview`, plan, { signal }),
    enabled: settled === wanted && Number(total) > 0,
    retry: false,
    staleTime: Infinity,
    // The curve before stays in view, marked as old, until the new one is there: nothing jumps while a dose is typed.
    placeholderData: (before) => before,
  });
  const curve = useMemo(() => (query.data ? readForecast(query.data) : null), [query.data]);
  const old = settled !== wanted || query.isPlaceholderData || query.isFetching;
  return (
    <section
      className="card preview"
      aria-labelledby="preview-title"
      aria-busy={old}
      data-testid="preview"
      data-of={old ? undefined : wanted}
    >
      <h2 id="preview-title">{t("Expected course")}</h2>
      {query.isError && <p className="soft">{t("No forecast: {reason}", { reason: query.error.message })}</p>}
      {curve?.abstains && (
        <p className="soft">{t("No forecast: {reason}", { reason: curve.reason ?? t("not enough data") })}</p>
      )}
      {curve && !curve.abstains && <Course curve={curve} old={old} />}
      {!curve && query.isFetching && <p className="soft">{t("Working out the course")}</p>}
    </section>
  );
}

const span = (dates: DateRange | null) =>
  dates?.low && dates.high ? range(dates.low, dates.high) : t("not enough data");

function Course({ curve, old }: { curve: Curve; old: boolean }) {
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
      <div ref={box} className={old ? "is-old" : undefined}>
        {wide > 0 && (
          <svg
            width={wide}
            height={HEIGHT}
            role="img"
            aria-label={t("Expected course: best {best}, worn off {off}.", {
              best: span(curve.peak),
              off: span(curve.wearOff),
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
      <Basis curve={curve} />
    </>
  );
}
