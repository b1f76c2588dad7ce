/** What the patient's phone measured since the last session: figures with their error, marked as research, no judgement. */
import type { HeadAngles } from "../api/types";
import { angleInWords, HEAD_AXES } from "../camera/axes";
import { shown } from "../numbers/dates";
import { headError, headValue, HeadMark } from "../timeline/HeadLane";
import { t } from "../words/words";

const SHOWN = 5;

export function HeadAnglesCard({ rows }: { rows: readonly HeadAngles[] }) {
  if (!rows.length) return null;
  const newest = rows.toSorted((a, b) => b.date.localeCompare(a.date));
  return (
    <section className="card" aria-labelledby="head-title">
      <h2 id="head-title">{t("Head angles from the phone")}</h2>
      <p className="hint">
        {t(
          "Research: measured by the patient alone, never validated in patients, against the phone and not against gravity. No ground for a dose.",
        )}
      </p>
      <table className="data-table figures">
        <thead>
          <tr>
            <th scope="col">{t("Date")}</th>
            {HEAD_AXES.map((axis) => (
              <th key={axis.id} scope="col">
                <svg viewBox="0 0 10 10" className="head-sign" aria-hidden="true">
                  <HeadMark axis={axis.id} at={5} y={5} />
                </svg>
                {t(axis.label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newest.slice(0, SHOWN).map((row, index) => (
            <tr key={`${row.date}-${index}`}>
              <td className="nowrap">{shown(row.date)}</td>
              {HEAD_AXES.map((axis) => (
                <td key={axis.id}>
                  {angleInWords(axis, headValue(row, axis.id))}{" "}
                  <span className="soft nowrap">± {headError(row, axis.id)}°</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {newest.length > SHOWN && (
        <p className="soft small">
          {t("{n} earlier ones stand in the chart.", { n: newest.length - SHOWN })}
        </p>
      )}
    </section>
  );
}
