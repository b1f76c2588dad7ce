/** What a curve rests on: this person's own data or other patients', and what else has to be known about it. */
import { readable } from "../numbers/dates";
import { t } from "../words/words";
import { translated } from "../plan/sentences";
import type { Curve } from "./curve";

export function Basis({ curve }: { curve: Curve }) {
  return (
    <>
      <p className="hint forecast-basis">
        {curve.personal === null
          ? t("A forecast with its uncertainty, not a promise.")
          : curve.personal < 0.15
            ? t("Mostly the average of other patients; the diary will make it this person's own.")
            : t("{p} % of it rests on this person's own data, the rest on other patients.", {
                p: Math.round(curve.personal * 100),
              })}
        {curve.scores !== null && curve.scores > 0 && (
          <> {t("Ratings and entries used: {n}.", { n: curve.scores })}</>
        )}
      </p>
      {curve.notes.length > 0 && (
        <ul className="hint bullets">
          {curve.notes.map((note) => (
            <li key={note}>{translated(note) ?? readable(note)}</li>
          ))}
        </ul>
      )}
    </>
  );
}
