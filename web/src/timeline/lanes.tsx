/** The lanes of the time line. Each draws itself between `top` and `top + height` on the shared scale. */
import type { Chart, Session } from "../api/types";
import { dayNumber, daysBetween, range } from "../numbers/dates";
import { sum } from "../numbers/decimal";
import { number } from "../numbers/format";
import { coded } from "../words/names";
import { t } from "../words/words";
import type { Curve } from "./curve";
import { area, isInside, line, x, type TimeScale } from "./scale";
import { impressionWord, isHigherBetter, sameScale, scaleWord, signed } from "./scales";

interface Lane {
  scale: TimeScale;
  top: number;
  chart: Chart;
  narrow: boolean;
}

export function total(session: Session): string {
  return sum(session.injections.map((injection) => injection.units));
}

export function LaneTitle({
  narrow,
  top,
  text,
  sub,
}: {
  narrow: boolean;
  top: number;
  text: string;
  sub?: string;
}) {
  if (narrow)
    return (
      <text className="lane-title" x={0} y={top - 10}>
        {text}
        {sub ? ` · ${sub}` : ""}
      </text>
    );
  return (
    <g>
      <text className="lane-title" x={0} y={top + 14}>
        {text}
      </text>
      {/* The gutter is narrow: each part of it has a line, so that no word reaches into the lane. */}
      {sub?.split(/(?<=,) /).map((part, index) => (
        <text key={part} className="lane-sub" x={0} y={top + 30 + 14 * index}>
          {part}
        </text>
      ))}
    </g>
  );
}

/** Which of the marks inside the window carry a label, so that labels stay `gap` pixels apart. */
function spaced(positions: readonly number[], gap: number, scale: TimeScale): Set<number> {
  const chosen = new Set<number>();
  let last = -Infinity;
  for (const [index, at] of positions.entries()) {
    if (at < scale.left || at > scale.left + scale.width || at - last <= gap) continue;
    chosen.add(index);
    last = at;
  }
  return chosen;
}

export function SessionLane({ scale, top, height, chart, narrow }: Lane & { height: number }) {
  const sessions = [...chart.sessions].sort((a, b) => a.date.localeCompare(b.date));
  const tallest: Record<string, number> = {};
  for (const session of sessions)
    tallest[session.product] = Math.max(tallest[session.product] ?? 0, Number(total(session)));
  const floor = top + height;
  const labelled = spaced(
    sessions.map((session) => x(scale, dayNumber(session.date))),
    46,
    scale,
  );
  return (
    <g>
      <LaneTitle
        narrow={narrow}
        top={top + (narrow ? 15 : 0)}
        text={t("Sessions")}
        {...(narrow ? {} : { sub: t("units") })}
      />
      <line className="lane-floor" x1={scale.left} x2={scale.left + scale.width} y1={floor} y2={floor} />
      <g clipPath="url(#timeline-clip)">
        {sessions.map((session, index) => {
          const at = x(scale, dayNumber(session.date));
          const next = sessions[index + 1];
          const end = next ? x(scale, dayNumber(next.date)) : null;
          const most = tallest[session.product] || 1;
          const tall = 8 + (height - 34) * (Number(total(session)) / most);
          const label = labelled.has(index);
          return (
            <g key={session.id ?? `${session.date}-${index}`} className="session-mark">
              {end !== null && end - at > 4 && (
                <rect className="cycle" x={at} y={floor - 8} width={end - at - 2} height={8} rx={2} />
              )}
              <rect className="dose" x={at - 4} y={floor - tall} width={8} height={tall} rx={2} />
              {label && (
                <text
                  className="session-units"
                  x={at}
                  y={floor - tall - 5}
                  textAnchor={at - scale.left < 18 ? "start" : "middle"}
                >
                  {number(total(session))}
                </text>
              )}
              {next && end !== null && end - at > 84 && (at + end) / 2 - 36 > scale.left && (
                <text className="cycle-label" x={(at + end) / 2} y={floor - 13} textAnchor="middle">
                  {t("{n} weeks", { n: Math.round(daysBetween(session.date, next.date) / 7) })}
                </text>
              )}
            </g>
          );
        })}
        {chart.exposures
          .filter((e) => !sessions.some((s) => s.date === e.date && s.product === e.product))
          .map((e) => (
            <g key={`${e.date}-${e.product}`} className="elsewhere">
              <path d={`M${x(scale, dayNumber(e.date))} ${floor - 16}l6 8-6 8-6-8z`} />
              <text x={x(scale, dayNumber(e.date)) + 9} y={floor - 4}>
                {t("elsewhere")}
              </text>
            </g>
          ))}
        {chart.appointments
          .filter((a) => a.state === "booked")
          .map((a) => (
            <g key={a.date} className="booked">
              <path d={`M${x(scale, dayNumber(a.date))} ${floor}v-22`} />
              <circle cx={x(scale, dayNumber(a.date))} cy={floor - 26} r={4.5} />
            </g>
          ))}
      </g>
    </g>
  );
}

interface CurveProps extends Lane {
  height: number;
  curve: Curve | null;
  /** "diary" or the name of a rating scale. */
  name: string;
}

/** The curve with its bands and the wearing-off window, and below it what was really entered or rated. */
export function CurveLane({ scale, top, height, chart, curve, name, narrow }: CurveProps) {
  const isDiary = name === "diary";
  const ratings = chart.ratings.filter((r) => sameScale(r.scale, name) && r.total !== null);
  const points = (curve?.points ?? []).map((p) => ({ ...p, x: x(scale, dayNumber(p.date)) }));
  const highest = isDiary
    ? 10
    : niceTop(Math.max(1, ...points.map((p) => p.high), ...ratings.map((r) => Number(r.total))));
  const y = (value: number) => top + height - (Math.min(highest, Math.max(0, value)) / highest) * height;
  const wear = curve?.wearOff;
  const from = wear?.low ? x(scale, dayNumber(wear.low)) : null;
  const to = wear?.high ? x(scale, dayNumber(wear.high)) : null;
  const told =
    wear?.low && wear.high ? t("likely worn off {range}", { range: range(wear.low, wear.high) }) : "";
  // Half the width of the window's label, some 7 px a letter: it must not be cut at an edge of the time line.
  const room = 3.5 * told.length + 4;
  const steps = isDiary ? [0, 2, 4, 6, 8, 10] : [0, 1, 2, 3, 4].map((n) => (n * highest) / 4);
  return (
    <g>
      <LaneTitle
        narrow={narrow}
        top={top}
        text={isDiary ? t("Diary") : scaleWord(name)}
        sub={
          isDiary
            ? t("0 none, 10 worst")
            : isHigherBetter(name)
              ? t("higher is better")
              : t("lower is better")
        }
      />
      {steps.map((value) => (
        <g key={value} className="grid">
          <line x1={scale.left} x2={scale.left + scale.width} y1={y(value)} y2={y(value)} />
          <text x={scale.left - 6} y={y(value) + 4} textAnchor="end">
            {value}
          </text>
        </g>
      ))}
      <g clipPath="url(#timeline-clip)">
        {from !== null && to !== null && (
          <g className="wear">
            <rect x={from} y={top} width={Math.max(3, to - from)} height={height} />
            {wear?.median && (
              <line
                x1={x(scale, dayNumber(wear.median))}
                x2={x(scale, dayNumber(wear.median))}
                y1={top}
                y2={top + height}
              />
            )}
          </g>
        )}
        <path
          className="band band--95"
          d={area(points.map((p) => ({ x: p.x, low: y(p.low), high: y(p.high) })))}
        />
        {points.every((p) => p.low50 !== null) && (
          <path
            className="band band--50"
            d={area(points.map((p) => ({ x: p.x, low: y(p.low50!), high: y(p.high50!) })))}
          />
        )}
        <path className="median" d={line(points.map((p) => ({ x: p.x, y: y(p.mean) })))} />
        {isDiary ? (
          <DiaryDots scale={scale} chart={chart} y={y} narrow={narrow} />
        ) : (
          ratings.map((r, index) => (
            <rect
              key={`${r.date}-${index}`}
              className="rating-dot"
              x={x(scale, dayNumber(r.date)) - 3.5}
              y={y(Number(r.total)) - 3.5}
              width={7}
              height={7}
            />
          ))
        )}
        {from !== null && to !== null && wear?.low && wear.high && to > scale.left && (
          <text
            className="wear-label"
            x={Math.min(Math.max((from + to) / 2, scale.left + room), scale.left + scale.width - room)}
            y={narrow ? top + height - 6 : top - 6}
            textAnchor="middle"
          >
            {told}
          </text>
        )}
      </g>
    </g>
  );
}

export function DiaryLane({ scale, top, height, chart, narrow }: Lane & { height: number }) {
  const y = (value: number) => top + height - (Math.min(10, Math.max(0, value)) / 10) * height;
  return (
    <g>
      <LaneTitle narrow={narrow} top={top} text={t("Diary")} sub={t("0 none, 10 worst")} />
      {[0, 5, 10].map((value) => (
        <g key={value} className="grid">
          <line x1={scale.left} x2={scale.left + scale.width} y1={y(value)} y2={y(value)} />
          <text x={scale.left - 6} y={y(value) + 4} textAnchor="end">
            {value}
          </text>
        </g>
      ))}
      <g clipPath="url(#timeline-clip)">
        <DiaryDots scale={scale} chart={chart} y={y} narrow={narrow} />
      </g>
    </g>
  );
}

function DiaryDots({
  scale,
  chart,
  y,
  narrow,
}: {
  scale: TimeScale;
  chart: Chart;
  y: (value: number) => number;
  narrow: boolean;
}) {
  const seen = chart.diary.filter(
    (entry) => entry.severity !== null && isInside(scale, dayNumber(entry.date)),
  );
  // Many dots on a small axis become a grey band: smaller ones stay readable.
  const dense = seen.length > scale.width / 5;
  const radius = dense ? 1.7 : narrow ? 2.6 : 3.2;
  return (
    <>
      {seen.map((entry, index) => (
        <circle
          key={`${entry.date}-${index}`}
          className={dense ? "diary-dot diary-dot--dense" : "diary-dot"}
          cx={x(scale, dayNumber(entry.date))}
          cy={y(Number(entry.severity))}
          r={radius}
        />
      ))}
    </>
  );
}

/** A round number at or above `most`, so that the axis has round steps. */
function niceTop(most: number): number {
  return [4, 8, 12, 20, 40, 60, 80, 100, 120, 160, 200, 400, 1000].find((top) => top >= most) ?? most;
}

type OfScale = Lane & { height: number; name: string };

/** The totals of one scale, in order of time. */
function ratingsOf(chart: Chart, name: string) {
  return chart.ratings
    .filter((r) => r.scale === name && r.total !== null)
    .sort((a, b) => a.date.localeCompare(b.date));
}

export function RatingLane({ scale, top, height, name, chart, narrow }: OfScale) {
  const rows = ratingsOf(chart, name);
  const values = rows.map((r) => Number(r.total));
  const most = Math.max(1, ...values);
  const y = (value: number) => top + height - 6 - (value / most) * (height - 24);
  const labelled = spaced(
    rows.map((r) => x(scale, dayNumber(r.date))),
    34,
    scale,
  );
  return (
    <g>
      <LaneTitle narrow={narrow} top={top} text={scaleWord(name)} sub={t("total")} />
      <line
        className="lane-floor"
        x1={scale.left}
        x2={scale.left + scale.width}
        y1={top + height}
        y2={top + height}
      />
      <g clipPath="url(#timeline-clip)">
        <path
          className="rating-line"
          d={line(rows.map((r) => ({ x: x(scale, dayNumber(r.date)), y: y(Number(r.total)) })))}
        />
        {rows.map((r, index) => {
          const at = x(scale, dayNumber(r.date));
          const label = labelled.has(index);
          return (
            <g key={`${r.date}-${index}`}>
              <rect className="rating-dot" x={at - 3.5} y={y(Number(r.total)) - 3.5} width={7} height={7} />
              {label && (
                <text className="rating-label" x={at} y={y(Number(r.total)) - 8} textAnchor="middle">
                  {number(r.total!)}
                </text>
              )}
            </g>
          );
        })}
      </g>
    </g>
  );
}

const MOST_CHANGE = 3;
const LETTER = 6.6;

/** Where each label of a change stands: with its word where there is room, as a figure else, left out where none is. */
function changeLabels(rows: readonly { at: number; value: string }[], scale: TimeScale, narrow: boolean) {
  const end = scale.left + scale.width;
  let taken = scale.left;
  return rows.map(({ at, value }, index) => {
    const next = (rows[index + 1]?.at ?? Infinity) - 6;
    const word = impressionWord(value);
    const texts = [...(word && !narrow ? [`${signed(value)} ${word}`] : []), signed(value)];
    for (const text of texts)
      for (const late of [false, true]) {
        const from = late ? at - 8 - text.length * LETTER : at + 8;
        const to = late ? at - 8 : at + 8 + text.length * LETTER;
        if (from < taken || to > Math.min(end, next)) continue;
        taken = late ? at + 8 : to + 8;
        return { text, late };
      }
    return null;
  });
}

/** Rated change, PGIC: better above the line of no change, worse below it, each in words where there is room. */
export function ImpressionLane({ scale, top, height, name, chart, narrow }: OfScale) {
  const rows = ratingsOf(chart, name)
    .filter((r) => isInside(scale, dayNumber(r.date)))
    .map((r) => ({ date: r.date, value: r.total!, at: x(scale, dayNumber(r.date)) }));
  const middle = top + height / 2;
  const y = (value: number) => middle - (value / MOST_CHANGE) * (height / 2 - 6);
  const labels = changeLabels(rows, scale, narrow);
  return (
    <g>
      <LaneTitle
        narrow={narrow}
        top={top}
        text={scaleWord(name)}
        sub={narrow ? t("change, from -3 worst to +3 best") : t("change, as told")}
      />
      <g className="grid">
        <line x1={scale.left} x2={scale.left + scale.width} y1={middle} y2={middle} />
        <text x={scale.left - 6} y={middle + 4} textAnchor="end">
          0
        </text>
      </g>
      <g clipPath="url(#timeline-clip)">
        {rows.map(({ date, value, at }, index) => {
          const label = labels[index];
          const dot = y(Number(value));
          return (
            <g key={`${date}-${index}`}>
              <line className="change-stem" x1={at} x2={at} y1={middle} y2={dot} />
              <rect className="rating-dot" x={at - 3.5} y={dot - 3.5} width={7} height={7} />
              {label && (
                <text
                  className="rating-label"
                  x={label.late ? at - 8 : at + 8}
                  y={dot + 4}
                  textAnchor={label.late ? "end" : "start"}
                >
                  {label.text}
                </text>
              )}
            </g>
          );
        })}
      </g>
    </g>
  );
}

export function SymptomLane({ scale, top, chart, narrow }: Lane) {
  const rows = [...chart.symptoms].sort((a, b) => a.date.localeCompare(b.date));
  const labelled = spaced(
    rows.map((s) => x(scale, dayNumber(s.date))),
    96,
    scale,
  );
  return (
    <g>
      <LaneTitle narrow={narrow} top={top} text={t("Side effects")} />
      <g clipPath="url(#timeline-clip)">
        {rows.map((s, index) => {
          const at = x(scale, dayNumber(s.date));
          const end = s.resolved ? x(scale, dayNumber(s.resolved)) : at;
          const label = labelled.has(index);
          const grave = s.seriousness === "severe" || s.seriousness === "serious";
          return (
            <g key={`${s.date}-${index}`} className={grave ? "symptom symptom--grave" : "symptom"}>
              {end > at && <line x1={at} x2={end} y1={top + 10} y2={top + 10} />}
              {grave ? <path d={`M${at} ${top + 3}l8 14h-16z`} /> : <circle cx={at} cy={top + 10} r={4.5} />}
              {label && (
                <text x={at + 8} y={top + 28}>
                  {coded(s.symptom)}
                </text>
              )}
            </g>
          );
        })}
        {!rows.some(
          (s) => isInside(scale, dayNumber(s.date)) || (s.resolved && isInside(scale, dayNumber(s.resolved))),
        ) && (
          <text className="lane-sub" x={scale.left + 4} y={top + 14}>
            {rows.length === 0 ? t("none reported") : t("none reported in this time")}
          </text>
        )}
      </g>
    </g>
  );
}

export function SpanLane({ scale, top, chart, narrow }: Lane) {
  return (
    <g>
      <LaneTitle narrow={narrow} top={top} text={t("Other care")} />
      <g clipPath="url(#timeline-clip)">
        {chart.other_treatments.map((treatment, index) => {
          const from = x(scale, dayNumber(treatment.date));
          const to = treatment.until ? x(scale, dayNumber(treatment.until)) : from + 4;
          return (
            <g key={`${treatment.date}-${index}`} className="other-care">
              <rect x={from} y={top + 6} width={Math.max(4, to - from)} height={8} rx={3} />
              <text x={Math.max(from, scale.left) + 2} y={top + 27}>
                {coded(treatment.treatment)}
              </text>
            </g>
          );
        })}
      </g>
    </g>
  );
}
