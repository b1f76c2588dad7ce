import { useState } from "react";
import type { Session } from "../api/types";
import { shown, today } from "../numbers/dates";
import { units } from "../numbers/format";
import { Told, useSend } from "../shared/sending";
import { muscleWord } from "../words/names";
import { t } from "../words/words";
import { EFFECTS, effectIn } from "./outcome";

/** What each muscle did last time: one press for each; it is what the next plan learns from. */
export function EffectsForm({ id, last }: { id: string; last: Session }) {
  const { answer, send } = useSend(id, "effects");
  const [pressed, setPressed] = useState<Record<string, string>>({});
  return (
    <section className="card stack" aria-labelledby="muscles-title">
      <h2 id="muscles-title">{t("What each muscle did since {date}", { date: shown(last.date) })}</h2>
      <ul className="effects">
        {last.injections.map((injection) => {
          const key = `${injection.muscle} ${injection.side ?? "midline"}`;
          const now = pressed[key] ?? effectIn(last, injection.muscle, injection.side);
          return (
            <li key={key}>
              <span>
                {muscleWord(injection.muscle, injection.side)}{" "}
                <span className="soft small">{units(injection.units)}</span>
              </span>
              <div
                className="segments"
                role="group"
                aria-label={t("{muscle}: effect", { muscle: muscleWord(injection.muscle, injection.side) })}
              >
                {EFFECTS.map((effect) => (
                  <button
                    key={effect.id}
                    type="button"
                    aria-pressed={now === effect.id}
                    disabled={answer.kind === "busy"}
                    onClick={() => {
                      if (now === effect.id) return;
                      void send({
                        session_id: last.id,
                        effect: {
                          muscle: injection.muscle,
                          side: injection.side ?? null,
                          effect: effect.id,
                          date: today(),
                        },
                      }).then((saved) => saved && setPressed({ ...pressed, [key]: effect.id }));
                    }}
                  >
                    {t(effect.label)}
                  </button>
                ))}
              </div>
            </li>
          );
        })}
      </ul>
      <Told answer={answer} />
    </section>
  );
}
