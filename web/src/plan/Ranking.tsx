/** Muscles ranked by posture, EMG, examination and history, each with its evidence; one press adds it to the plan. */
import type { RankedMuscle } from "../api/queries";
import type { Side } from "../api/types";
import { Icon } from "../shared/Icon";
import { muscleWord } from "../words/names";
import { EnglishBelow } from "../shared/states";
import { t } from "../words/words";
import { anyEnglish, reasonText } from "./reasons";

interface Props {
  ranking: readonly RankedMuscle[] | null;
  error: Error | null;
  has: (muscle: string, side: Side | null) => boolean;
  onAdd?: (muscle: string, side: Side) => void;
  onLight?: (key: string | null) => void;
  most?: number;
  title?: string;
}

export function chance(value: number): string {
  // A model is never certain: 100 % and 0 % would be read as such.
  if (value >= 0.995) return t("over 99 %");
  if (value < 0.005) return t("under 1 %");
  return `${Math.round(value * 100)} %`;
}

export function intervalOf(row: RankedMuscle): [number, number] | null {
  if (!row.interval) return null;
  return Array.isArray(row.interval) ? row.interval : [row.interval.low, row.interval.high];
}

export function Ranking({ ranking, error, has, onAdd, onLight, most = 10, title }: Props) {
  return (
    <section className="card" aria-labelledby="ranking-title">
      <h2 id="ranking-title">{title ?? t("Muscles by evidence")}</h2>
      {error && <p className="soft">{t("No ranking: {reason}", { reason: error.message })}</p>}
      {ranking?.length === 0 && <p className="soft">{t("No posture or examination recorded yet.")}</p>}
      <ol className="ranking">
        {(ranking ?? []).slice(0, most).map((row) => {
          const interval = intervalOf(row);
          const key = `${row.muscle} ${row.side ?? "midline"}`;
          return (
            <li key={key} onPointerEnter={() => onLight?.(key)} onPointerLeave={() => onLight?.(null)}>
              <div className="row row--between row--whole">
                <span>{muscleWord(row.muscle, row.side)}</span>
                {onAdd &&
                  (has(row.muscle, row.side) ? (
                    <span className="small soft">{t("in the plan")}</span>
                  ) : (
                    <button
                      type="button"
                      className="btn btn--small btn--quiet"
                      aria-label={t("Add {muscle}", { muscle: muscleWord(row.muscle, row.side) })}
                      onClick={() => onAdd(row.muscle, row.side ?? "midline")}
                    >
                      <Icon name="plus" />
                      {t("Add")}
                    </button>
                  ))}
              </div>
              <svg
                className="meter meter--chance"
                viewBox="0 0 100 8"
                preserveAspectRatio="none"
                aria-hidden="true"
              >
                <rect className="meter-ground" width={100} height={8} rx={3} />
                {interval && (
                  <rect
                    className="meter-range"
                    x={interval[0] * 100}
                    width={Math.max(1, (interval[1] - interval[0]) * 100)}
                    height={8}
                  />
                )}
                <rect
                  className="meter-mark"
                  x={Math.min(98, row.probability * 100 - 1)}
                  width={2}
                  height={8}
                />
              </svg>
              <details className="dose-reasons">
                <summary className="figures">
                  {t("involved {p}", { p: chance(row.probability) })}
                  {interval && interval[0] < 0.985
                    ? ` (${chance(interval[0])} – ${chance(interval[1])})`
                    : ""}
                </summary>
                {anyEnglish(row.evidence) && <EnglishBelow />}
                <ul>
                  {row.evidence.map((evidence, index) => (
                    <li key={index}>{reasonText(evidence)}</li>
                  ))}
                </ul>
              </details>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
