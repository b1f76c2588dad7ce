/** One time axis for everything: sessions, diary with the response curve, ratings, side effects, other treatment. */
import { useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import type { Chart } from "../api/types";
import { dayNumber, isoOf, shown, today as todayNow } from "../numbers/dates";
import { t } from "../words/words";
import { cursorLines } from "./cursor";
import type { Curve } from "./curve";
import { HeadLane } from "./HeadLane";
import {
  CurveLane,
  DiaryLane,
  ImpressionLane,
  RatingLane,
  SessionLane,
  SpanLane,
  SymptomLane,
} from "./lanes";
import { dayAt, isInside, monthTicks, x, type TimeScale } from "./scale";
import { isImpression, sameScale } from "./scales";
import { useWidth } from "./useWidth";

const SPANS = { cycle: "This cycle", year: "1 year", all: "All" } as const;
const HEAD_HEIGHT = 84;
type Span = keyof typeof SPANS;

function windowOf(chart: Chart, curve: Curve | null, span: Span): { from: number; to: number } {
  const now = dayNumber(todayNow());
  const sessions = chart.sessions.map((s) => dayNumber(s.date)).sort((a, b) => a - b);
  const last = sessions.at(-1) ?? now - 120;
  const ahead = Math.max(
    now + 30,
    curve?.wearOff?.high ? dayNumber(curve.wearOff.high) + 14 : 0,
    ...chart.appointments.filter((a) => a.state === "booked").map((a) => dayNumber(a.date) + 7),
  );
  const to = Math.min(ahead, now + 240);
  const dates = [
    ...sessions,
    ...chart.diary.map((d) => dayNumber(d.date)),
    ...chart.ratings.map((r) => dayNumber(r.date)),
    ...chart.exposures.map((e) => dayNumber(e.date)),
  ];
  const first = dates.length ? Math.min(...dates) : now - 120;
  if (span === "cycle") return { from: Math.min(last, now) - 10, to };
  if (span === "year") return { from: Math.max(first - 14, now - 365), to };
  return { from: first - 14, to };
}

/** The scale with the most totals: what the forecast will most likely be drawn on. */
function expectedScale(chart: Chart): string {
  const counts = new Map<string, number>();
  for (const one of chart.ratings)
    if (one.total !== null) counts.set(one.scale, (counts.get(one.scale) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "diary";
}

export function Timeline({
  chart,
  curve,
  pending = false,
  start = "year",
}: {
  chart: Chart;
  curve: Curve | null;
  /** The forecast is on its way: its lanes are laid out already, so that nothing moves when it comes. */
  pending?: boolean;
  start?: Span;
}) {
  const [span, setSpan] = useState<Span>(start);
  const [shift, setShift] = useState(0);
  const [cursor, setCursor] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const gutter = width < 560 ? 30 : 118;
  const base = useMemo(() => windowOf(chart, curve, span), [chart, curve, span]);
  const scale: TimeScale = {
    from: base.from + shift,
    to: base.to + shift,
    left: gutter,
    width: Math.max(120, width - gutter - 14),
  };
  const now = dayNumber(todayNow());

  const main = curve && !curve.abstains && curve.unit ? curve.unit : pending ? expectedScale(chart) : "diary";
  const hasDiaryLane = !sameScale(main, "diary");
  const scales = [...new Set(chart.ratings.filter((r) => r.total !== null).map((r) => r.scale))]
    .filter((name) => !sameScale(name, main))
    // A scale that nobody used in the time shown would be an empty lane.
    .filter((name) => chart.ratings.some((r) => r.scale === name && isInside(scale, dayNumber(r.date))))
    .slice(0, 2);
  const narrow = width < 560;
  // On a small screen the title of a lane stands above it, clear of the axis of the lane before.
  const gap = narrow ? 34 : 26;
  const top = 8;
  const sessionsHeight = 74;
  const curveHeight = narrow ? 170 : 210;
  const lanes = scales.map((name) => {
    // Figures that no impression of change can have are of another coding: they are drawn as they stand.
    const change = chart.ratings.every(
      (r) => r.scale !== name || r.total === null || isImpression(name, r.total),
    );
    return { name, change, height: change ? 48 : 74 };
  });
  const hasTreatment = chart.other_treatments.length > 0;
  const curveTop = top + sessionsHeight + gap;
  const diaryTop = curveTop + curveHeight + gap;
  const diaryHeight = hasDiaryLane ? 84 : 0;
  const ratingsTop = diaryTop + (hasDiaryLane ? diaryHeight + gap : 0);
  const tops = lanes.map((_, index) =>
    lanes.slice(0, index).reduce((sum, lane) => sum + lane.height + gap, ratingsTop),
  );
  const symptomsTop = lanes.reduce((sum, lane) => sum + lane.height + gap, ratingsTop);
  const hasHead = (chart.head_angles ?? []).some((row) => isInside(scale, dayNumber(row.date)));
  const headTop = symptomsTop + 40 + (narrow ? 14 : 6);
  const treatmentTop = hasHead ? headTop + HEAD_HEIGHT + gap : symptomsTop + 40;
  const axisTop = treatmentTop + (hasTreatment ? 34 : 0);
  const height = axisTop + 26;

  const move = (event: PointerEvent<SVGSVGElement>) => {
    const left = event.currentTarget.getBoundingClientRect().left;
    setCursor(dayAt(scale, event.clientX - left));
  };
  const keys = (event: KeyboardEvent) => {
    const step = event.shiftKey ? 30 : 1;
    const at = cursor ?? now;
    if (event.key === "ArrowLeft") setCursor(Math.max(scale.from, at - step));
    else if (event.key === "ArrowRight") setCursor(Math.min(scale.to, at + step));
    else if (event.key === "Escape") setCursor(null);
    else return;
    event.preventDefault();
  };
  const choose = (next: Span) => {
    setSpan(next);
    setShift(0);
    setCursor(null);
  };
  const pan = (direction: number) => setShift(shift + Math.round((direction * (scale.to - scale.from)) / 3));
  const readout = cursor === null ? null : cursorLines(chart, curve, cursor);

  return (
    <div className="timeline">
      <div className="row row--between timeline-tools">
        <div className="segments" role="group" aria-label={t("Time shown")}>
          {(Object.keys(SPANS) as Span[]).map((name) => (
            <button key={name} type="button" aria-pressed={span === name} onClick={() => choose(name)}>
              {t(SPANS[name])}
            </button>
          ))}
        </div>
        <div className="row">
          <button type="button" className="btn btn--small" onClick={() => pan(-1)}>
            {t("Earlier")}
          </button>
          <button type="button" className="btn btn--small" onClick={() => pan(1)}>
            {t("Later")}
          </button>
        </div>
      </div>
      <div
        ref={box}
        className="timeline-box"
        tabIndex={0}
        role="slider"
        aria-label={t(
          "Time line. Left and right arrow keys move the cursor by a day, with Shift by 30 days.",
        )}
        aria-valuemin={scale.from}
        aria-valuemax={scale.to}
        aria-valuenow={cursor ?? now}
        aria-valuetext={`${shown(isoOf(cursor ?? now))}: ${(readout ?? []).join(", ") || t("nothing recorded")}`}
        onKeyDown={keys}
      >
        {width > 0 && (
          <svg
            width={width}
            height={height}
            onPointerMove={move}
            onPointerLeave={() => setCursor(null)}
            aria-hidden="true"
          >
            <defs>
              <clipPath id="timeline-clip">
                <rect x={scale.left} y={0} width={scale.width} height={height} />
              </clipPath>
            </defs>
            {monthTicks(scale).map((tick) => (
              <g key={tick.day} className={tick.strong ? "tick tick--year" : "tick"}>
                <line x1={x(scale, tick.day)} x2={x(scale, tick.day)} y1={top} y2={axisTop} />
                {Math.abs(x(scale, tick.day) + 14 - x(scale, now)) > 40 && (
                  <text x={x(scale, tick.day) + 4} y={axisTop + 16}>
                    {tick.label}
                  </text>
                )}
              </g>
            ))}
            <SessionLane scale={scale} top={top} height={sessionsHeight} chart={chart} narrow={narrow} />
            <CurveLane
              scale={scale}
              top={curveTop}
              height={curveHeight}
              chart={chart}
              curve={curve}
              name={main}
              narrow={narrow}
            />
            {hasDiaryLane && (
              <DiaryLane scale={scale} top={diaryTop} height={diaryHeight} chart={chart} narrow={narrow} />
            )}
            {lanes.map((lane, index) => {
              const Drawn = lane.change ? ImpressionLane : RatingLane;
              return (
                <Drawn
                  key={lane.name}
                  scale={scale}
                  top={tops[index]!}
                  height={lane.height}
                  name={lane.name}
                  chart={chart}
                  narrow={narrow}
                />
              );
            })}
            <SymptomLane scale={scale} top={symptomsTop} chart={chart} narrow={narrow} />
            {hasHead && (
              <HeadLane scale={scale} top={headTop} height={HEAD_HEIGHT} chart={chart} narrow={narrow} />
            )}
            {hasTreatment && <SpanLane scale={scale} top={treatmentTop} chart={chart} narrow={narrow} />}
            {now >= scale.from && now <= scale.to && (
              <g className="now">
                <line x1={x(scale, now)} x2={x(scale, now)} y1={top} y2={axisTop} />
                <text x={x(scale, now)} y={axisTop + 16} textAnchor="middle">
                  {t("today")}
                </text>
              </g>
            )}
            {cursor !== null && (
              <line className="cursor" x1={x(scale, cursor)} x2={x(scale, cursor)} y1={top} y2={axisTop} />
            )}
          </svg>
        )}
      </div>
      <p className="timeline-readout small" aria-live="polite">
        {readout === null ? (
          <span className="soft">
            {t("Point at the time line, or focus it and use the arrow keys, to read a day.")}
          </span>
        ) : (
          <>
            <strong>{shown(isoOf(cursor!))}</strong>{" "}
            {readout.length ? readout.join(" · ") : t("nothing recorded")}
          </>
        )}
      </p>
    </div>
  );
}
