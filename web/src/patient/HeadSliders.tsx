/** Posing the head with three sliders: what is set here are the same postures and angles as typed beside it. */
import type { PostureFinding, Side } from "../api/types";
import { HEAD_AXES } from "../camera/axes";
import type { Pose } from "../camera/pose";
import { t } from "../words/words";

interface Axis {
  id: keyof Pose;
  label: string;
  ends: readonly [string, string];
  low: { posture: string; side: Side | null };
  high: { posture: string; side: Side | null };
  most: number;
}

const AXES: readonly Axis[] = [
  {
    ...HEAD_AXES[0],
    low: { posture: "cervical.torticaput", side: "right" },
    high: { posture: "cervical.torticaput", side: "left" },
    most: 90,
  },
  {
    ...HEAD_AXES[1],
    low: { posture: "cervical.laterocaput", side: "right" },
    high: { posture: "cervical.laterocaput", side: "left" },
    most: 45,
  },
  {
    ...HEAD_AXES[2],
    low: { posture: "cervical.retrocaput", side: null },
    high: { posture: "cervical.antecaput", side: null },
    most: 45,
  },
];
const STEP = 5;

/** Degrees on the axis, negative towards the low end; an angle that was not measured counts as nothing set. */
export function valueOf(axis: Axis, rows: readonly PostureFinding[]): number {
  for (const [end, sign] of [
    [axis.low, -1],
    [axis.high, 1],
  ] as const) {
    const row = rows.find((one) => one.posture === end.posture && (one.side ?? null) === end.side);
    if (row?.angle_deg) return sign * Number(row.angle_deg);
  }
  return 0;
}

/** The postures after the slider was set: one of the two ends, or none at zero; all other postures stay. */
export function moved(axis: Axis, rows: readonly PostureFinding[], value: number): PostureFinding[] {
  const own = new Set([axis.low.posture, axis.high.posture]);
  const before = rows.find((row) => own.has(row.posture));
  const others = rows.filter((row) => !own.has(row.posture));
  if (value === 0) return others;
  const end = value < 0 ? axis.low : axis.high;
  return [
    {
      posture: end.posture,
      side: end.side,
      angle_deg: String(Math.abs(value)),
      certainty: before?.certainty ?? "clear",
    },
    ...others,
  ];
}

interface Props {
  rows: readonly PostureFinding[];
  onChange: (rows: PostureFinding[]) => void;
}

export function HeadSliders({ rows, onChange }: Props) {
  return (
    <div className="stack stack--tight head-sliders">
      {AXES.map((axis) => {
        const value = valueOf(axis, rows);
        const told =
          value === 0
            ? t("straight")
            : t("{n}° {end}", { n: Math.abs(value), end: t(axis.ends[value < 0 ? 0 : 1]) });
        return (
          <div key={axis.id} className="field">
            <label htmlFor={`head-${axis.id}`}>
              {t(axis.label)} <strong className="figures">{told}</strong>
            </label>
            <input
              id={`head-${axis.id}`}
              type="range"
              min={-axis.most}
              max={axis.most}
              step={STEP}
              value={value}
              aria-valuetext={told}
              onChange={(event) => onChange(moved(axis, rows, Number(event.target.value)))}
            />
            <span className="row row--between small soft" aria-hidden="true">
              <span>{t(axis.ends[0])}</span>
              <span>{t(axis.ends[1])}</span>
            </span>
          </div>
        );
      })}
      <p className="hint">{t("For the neck instead of the head, choose the posture from the list.")}</p>
    </div>
  );
}

export { AXES };
