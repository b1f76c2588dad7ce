/** Side effects as chips: tap what you have, save. The urgent ones say at once whom to call. */
import { useState } from "react";
import { today } from "../numbers/dates";
import { Icon } from "../shared/Icon";
import { t } from "../words/words";
import { send } from "./queue";
import { askedDay, markAsked, wasAsked } from "./asked";
import { SYMPTOMS } from "./symptoms";

interface Props {
  /** The day of the last injection. */
  last: string | null;
  onUrgent: () => void;
  onSent: () => Promise<void>;
}

export function SideEffects({ last, onUrgent, onSent }: Props) {
  const day = askedDay(last);
  const [quiet, setQuiet] = useState(false);
  const asks = day !== null && last !== null && !quiet && !wasAsked(last, day);
  const seen = () => {
    if (day !== null && last !== null) markAsked(last, day);
    setQuiet(true);
  };
  const [chosen, setChosen] = useState<string[]>([]);
  const [grade, setGrade] = useState<"mild" | "moderate" | "severe">("mild");
  const [told, setTold] = useState<string | null>(null);
  const toggle = (id: string, urgent: boolean) => {
    setTold(null);
    if (chosen.includes(id)) setChosen(chosen.filter((one) => one !== id));
    else {
      setChosen([...chosen, id]);
      if (urgent) onUrgent();
    }
  };
  const save = async () => {
    try {
      let arrived = true;
      for (const symptom of chosen)
        arrived =
          (await send("/api/mine/symptoms", { date: today(), symptom, seriousness: grade })) && arrived;
      setChosen([]);
      setTold(arrived ? t("Saved. Your clinic can see it.") : t("Kept on this phone. It is sent later."));
      seen();
      await onSent();
    } catch (error) {
      setTold(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <section className="card" aria-labelledby="effects-title">
      <h2 id="effects-title">{t("Anything new since the injection?")}</h2>
      {asks && (
        <p className="note-box" role="status">
          <Icon name="calendar" />
          <span>{t("Day {day} after the injection: please look through these once.", { day })}</span>
        </p>
      )}
      <div className="chips" role="group" aria-labelledby="effects-title">
        {SYMPTOMS.map((symptom) => (
          <button
            key={symptom.id}
            type="button"
            className="btn"
            aria-pressed={chosen.includes(symptom.id)}
            onClick={() => toggle(symptom.id, Boolean(symptom.urgent))}
          >
            {t(symptom.label)}
          </button>
        ))}
      </div>
      {chosen.length > 0 && (
        <div className="stack side-save">
          <div className="segments segments--wide" role="group" aria-label={t("How bad")}>
            {(["mild", "moderate", "severe"] as const).map((word) => (
              <button key={word} type="button" aria-pressed={grade === word} onClick={() => setGrade(word)}>
                {t(word)}
              </button>
            ))}
          </div>
          <button type="button" className="btn btn--main btn--big" onClick={() => void save()}>
            {t("Save")}
          </button>
        </div>
      )}
      {asks && chosen.length === 0 && (
        <button type="button" className="btn btn--big none-of-these" onClick={seen}>
          {t("None of these")}
        </button>
      )}
      {told && (
        <p className="saved" role="status">
          <Icon name="note" />
          {told}
        </p>
      )}
    </section>
  );
}
