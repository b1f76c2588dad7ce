/** What a session gave, muscle by muscle, and what each did. */
import type { Session } from "../api/types";
import { units } from "../numbers/format";
import { Unknown } from "../shared/states";
import { muscleWord } from "../words/names";
import { t } from "../words/words";
import { effectIn, effectWord } from "./outcome";

export function GivenTable({
  session,
  onLight,
}: {
  session: Session;
  onLight?: (key: string | null) => void;
}) {
  return (
    <table className="data-table">
      <thead>
        <tr>
          <th scope="col">{t("Muscle")}</th>
          <th scope="col" className="num">
            {t("Given")}
          </th>
          <th scope="col" className="num">
            {t("Sites")}
          </th>
          <th scope="col">{t("What it did")}</th>
        </tr>
      </thead>
      <tbody>
        {session.injections.map((injection, row) => {
          const effect = effectIn(session, injection.muscle, injection.side);
          return (
            <tr
              key={`${injection.muscle}-${injection.side}-${row}`}
              onPointerEnter={() => onLight?.(`${injection.muscle} ${injection.side ?? "midline"}`)}
              onPointerLeave={() => onLight?.(null)}
            >
              <td>{muscleWord(injection.muscle, injection.side)}</td>
              <td className="num">{units(injection.units)}</td>
              <td className="num">{injection.sites ?? <Unknown />}</td>
              <td>{effect ? effectWord(effect) : <Unknown word={t("not judged")} />}</td>
            </tr>
          );
        })}
        {(session.skipped ?? []).map((skip) => (
          <tr key={`skip-${skip.muscle}-${skip.side}`}>
            <td>{muscleWord(skip.muscle, skip.side)}</td>
            <td colSpan={3}>
              {t("not given")}
              {skip.reason ? `: ${skip.reason}` : ""}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
