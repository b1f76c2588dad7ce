/** Weakness of each injected muscle over the weeks, with its band; the table beside says the same. */
import { useRef, useState } from "react";
import { area, line } from "../timeline/scale";
import { useWidth } from "../timeline/useWidth";
import { muscleWord } from "../words/names";
import { t } from "../words/words";
import { percent, type MuscleCourse, type Simulation } from "./simulation";

const HEIGHT = 190;
const EDGE = { left: 40, right: 10, top: 10, bottom: 26 };

/** Text of a time in weeks: what has not fallen to half within the days asked for is not given a date. */
function halfReturn(course: MuscleCourse, lastDay: number): string {
  return course.half_return_day === null
    ? t("after {n} weeks or later", { n: Math.round(lastDay / 7) })
    : t("about week {n}", { n: Math.round(course.half_return_day / 7) });
}

export function MuscleCurves({ told }: { told: Simulation }) {
  const [chosen, setChosen] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const lastDay = told.days.at(-1) ?? 1;
  const inner = Math.max(80, width - EDGE.left - EDGE.right);
  const x = (day: number) => EDGE.left + (day / lastDay) * inner;
  const y = (share: number) => EDGE.top + (1 - share) * (HEIGHT - EDGE.top - EDGE.bottom);
  const weakness = (values: readonly number[]) => values.map((force) => 1 - force);
  const main = told.muscles[Math.min(chosen, told.muscles.length - 1)]!;
  const low = weakness(main.force.q975);
  const high = weakness(main.force.q025);
  const weeks = Array.from({ length: Math.floor(lastDay / 28) + 1 }, (_, index) => index * 4);
  return (
    <div className="curves">
      <div ref={box} className="curves-box">
        {width > 0 && (
          <svg width={width} height={HEIGHT} role="img" aria-label={summary(told)}>
            {[0, 0.25, 0.5, 0.75, 1].map((share) => (
              <g key={share} className="grid">
                <line x1={EDGE.left} x2={EDGE.left + inner} y1={y(share)} y2={y(share)} />
                <text x={EDGE.left - 6} y={y(share) + 4} textAnchor="end">
                  {Math.round(share * 100)} %
                </text>
              </g>
            ))}
            {weeks.map((week) => (
              <text key={week} x={x(week * 7)} y={HEIGHT - 8} textAnchor={week === 0 ? "start" : "middle"}>
                {week === 0 ? t("week {n}", { n: week }) : week}
              </text>
            ))}
            <path
              className="band band--95"
              d={area(told.days.map((day, i) => ({ x: x(day), low: y(low[i]!), high: y(high[i]!) })))}
            />
            {told.muscles.map((course, index) => (
              <path
                key={index}
                className={index === chosen ? "curve curve--main" : "curve"}
                d={line(told.days.map((day, i) => ({ x: x(day), y: y(1 - course.force.median[i]!) })))}
              />
            ))}
          </svg>
        )}
      </div>
      <table className="data-table">
        <caption className="unseen">{t("Weakness of each injected muscle")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("Muscle")}</th>
            <th scope="col" className="num">
              {t("Weakest")}
            </th>
            <th scope="col">{t("Half of it gone")}</th>
          </tr>
        </thead>
        <tbody>
          {told.muscles.map((course, index) => {
            const at = told.days.indexOf(course.peak_day);
            return (
              <tr key={index} className={index === chosen ? "is-lit" : undefined}>
                <th scope="row">
                  <button
                    type="button"
                    className="link"
                    aria-pressed={index === chosen}
                    onClick={() => setChosen(index)}
                  >
                    {muscleWord(course.muscle, course.side)}
                  </button>
                  {!course.place_known && <span className="hint"> {t("place not known")}</span>}
                </th>
                <td className="num">
                  {percent(1 - course.force.median[at]!)}
                  <span className="hint">
                    {" "}
                    {t("({low} to {high})", {
                      low: percent(1 - course.force.q975[at]!),
                      high: percent(1 - course.force.q025[at]!),
                    })}
                  </span>
                </td>
                <td>{halfReturn(course, lastDay)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function summary(told: Simulation): string {
  const parts = told.muscles.map((course) => {
    const at = told.days.indexOf(course.peak_day);
    return t("{muscle}: weakest by {p} in week {n}", {
      muscle: muscleWord(course.muscle, course.side),
      p: percent(1 - course.force.median[at]!),
      n: Math.round(course.peak_day / 7),
    });
  });
  return `${t("Weakness over the weeks.")} ${parts.join("; ")}`;
}
