/** Head angles from the patient's phone: three marks a day over the error they are known to have. Research, not a judgement. */
import type { Chart, HeadAngles } from "../api/types";
import { angleInWords, HEAD_AXES } from "../camera/axes";
import type { Pose } from "../camera/pose";
import { dayNumber } from "../numbers/dates";
import { t } from "../words/words";
import { LaneTitle } from "./lanes";
import { isInside, x, type TimeScale } from "./scale";

const MOST = 45;

export const headValue = (row: HeadAngles, axis: keyof Pose): number => Number(row[`${axis}_deg`]);
export const headError = (row: HeadAngles, axis: keyof Pose): number => Number(row[`${axis}_error_deg`]);

/** "Head turned to 18° left ± 10°, …" */
export const headWords = (row: HeadAngles): string =>
  HEAD_AXES.map(
    (axis) => `${t(axis.label)} ${angleInWords(axis, headValue(row, axis.id))} ± ${headError(row, axis.id)}°`,
  ).join(", ");

/** A circle for the turn, a square for the tilt, a triangle for the nod: told apart without colour. */
export function HeadMark({ axis, at, y }: { axis: keyof Pose; at: number; y: number }) {
  if (axis === "turn") return <circle className="head-mark" cx={at} cy={y} r={3.2} />;
  if (axis === "tilt")
    return <rect className="head-mark" x={at - 2.8} y={y - 2.8} width={5.6} height={5.6} />;
  return <path className="head-mark" d={`M${at} ${y - 3.8}l3.8 6.6h-7.6z`} />;
}

interface Props {
  scale: TimeScale;
  top: number;
  height: number;
  chart: Chart;
  narrow: boolean;
}

export function HeadLane({ scale, top, height, chart, narrow }: Props) {
  const rows = (chart.head_angles ?? []).filter((row) => isInside(scale, dayNumber(row.date)));
  const y = (value: number) =>
    top + height / 2 - (Math.max(-MOST, Math.min(MOST, value)) / MOST) * (height / 2);
  return (
    <g>
      <LaneTitle narrow={narrow} top={top} text={t("Head")} sub={t("research")} />
      {[-30, 0, 30].map((value) => (
        <g key={value} className="grid">
          <line x1={scale.left} x2={scale.left + scale.width} y1={y(value)} y2={y(value)} />
          <text x={scale.left - 6} y={y(value) + 4} textAnchor="end">
            {value}°
          </text>
        </g>
      ))}
      <text className="lane-sub" x={scale.left + scale.width} y={top + 10} textAnchor="end">
        {t("left, forward")}
      </text>
      <text className="lane-sub" x={scale.left + scale.width} y={top + height - 3} textAnchor="end">
        {t("right, back")}
      </text>
      <g clipPath="url(#timeline-clip)">
        {rows.map((row, index) =>
          HEAD_AXES.map((axis, number) => {
            // Side by side, so that no bar hides another.
            const at = x(scale, dayNumber(row.date)) + (number - 1) * 5;
            const value = headValue(row, axis.id);
            const error = headError(row, axis.id);
            return (
              <g key={`${row.date}-${index}-${axis.id}`}>
                <line className="head-error" x1={at} x2={at} y1={y(value + error)} y2={y(value - error)} />
                <HeadMark axis={axis.id} at={at} y={y(value)} />
              </g>
            );
          }),
        )}
      </g>
    </g>
  );
}
