/** One question a day: two taps. The rest is there only for those who want to say more. */
import { useState } from "react";
import { shown, today } from "../numbers/dates";
import { number } from "../numbers/format";
import { Icon } from "../shared/Icon";
import { t } from "../words/words";
import type { Mine } from "./mine";
import { send } from "./queue";
import { Scale } from "./Scale";

const MORE = [
  { id: "pain", question: "Pain today", low: "no pain", high: "worst pain" },
  { id: "function", question: "Getting things done today", low: "no trouble", high: "could do nothing" },
  { id: "mood", question: "Mood today", low: "good", high: "very low" },
  { id: "sleep", question: "Sleep last night", low: "slept well", high: "did not sleep" },
] as const;
const TREATMENTS = ["physiotherapy", "exercises", "medicine", "rest", "massage"] as const;

interface Props {
  mine: Mine | null;
  onSent: () => Promise<void>;
}

export function Diary({ mine, onSent }: Props) {
  const day = today();
  const before = mine?.diary.find((entry) => entry.date === day && entry.severity !== null);
  const [value, setValue] = useState<number | null>(null);
  const [stage, setStage] = useState<"ask" | "busy" | "sent" | "kept">("ask");
  const [again, setAgain] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const save = async (extra: Record<string, unknown> = {}) => {
    if (value === null) return;
    setStage("busy");
    setError(null);
    try {
      const entry = { date: day, severity: String(value), entered_at: new Date().toISOString(), ...extra };
      const arrived = await send("/api/mine/diary", entry);
      setStage(arrived ? "sent" : "kept");
      await onSent();
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      setStage("ask");
    }
  };
  // A number that was tapped before the earlier entry arrived stays tapped.
  if (before && stage === "ask" && !again && value === null)
    return (
      <section className="card diary-done" aria-labelledby="diary-title">
        <h2 id="diary-title">{t("Today is written down")}</h2>
        <p className="big-figure figures">{t("{n} of 10", { n: number(before.severity!) })}</p>
        <button type="button" className="btn btn--big" onClick={() => setAgain(true)}>
          {t("Change it")}
        </button>
      </section>
    );
  if (stage === "sent" || stage === "kept")
    return (
      <section className="card" aria-labelledby="diary-title">
        <h2 id="diary-title" className="saved" role="status">
          <Icon name="good" />
          {stage === "sent" ? t("Saved. Thank you.") : t("Kept on this phone. It is sent later.")}
        </h2>
        <MoreQuestions onSave={(extra) => void save(extra)} />
      </section>
    );
  return (
    <section className="card" aria-labelledby="diary-title">
      <p className="soft">{shown(day)}</p>
      <h2 id="diary-title" className="question">
        {t("How much did your dystonia trouble you today?")}
      </h2>
      <Scale
        name="severity"
        labelledBy="diary-title"
        low={t("not at all")}
        high={t("as bad as can be")}
        value={value}
        onChange={setValue}
      />
      {error && (
        <p className="note-box note-box--check" role="alert">
          <Icon name="check" />
          <span>{error}</span>
        </p>
      )}
      <button
        type="button"
        className="btn btn--main btn--big"
        disabled={value === null || stage === "busy"}
        onClick={() => void save()}
      >
        {value === null ? t("Tap a number") : t("Save {n}", { n: value })}
      </button>
    </section>
  );
}

function MoreQuestions({ onSave }: { onSave: (extra: Record<string, unknown>) => void }) {
  const [open, setOpen] = useState(false);
  const [values, setValues] = useState<Record<string, number | null>>({});
  const [done, setDone] = useState<string[]>([]);
  const [note, setNote] = useState("");
  if (!open)
    return (
      <button type="button" className="btn btn--big" onClick={() => setOpen(true)}>
        {t("Say more, if you like")}
      </button>
    );
  const submit = () => {
    const told = Object.fromEntries(
      Object.entries(values)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, String(value)]),
    );
    onSave({ ...told, treatments: done, note: note.trim() || null });
    setOpen(false);
  };
  return (
    <div className="stack">
      {MORE.map((entry) => (
        <div key={entry.id} className="more-question">
          <h3 id={`more-${entry.id}`}>{t(entry.question)}</h3>
          <Scale
            name={entry.id}
            labelledBy={`more-${entry.id}`}
            low={t(entry.low)}
            high={t(entry.high)}
            value={values[entry.id] ?? null}
            onChange={(value) => setValues({ ...values, [entry.id]: value })}
          />
        </div>
      ))}
      <fieldset>
        <legend>
          <h3>{t("Anything else done today")}</h3>
        </legend>
        <div className="chips">
          {TREATMENTS.map((name) => (
            <button
              key={name}
              type="button"
              className="btn"
              aria-pressed={done.includes(name)}
              onClick={() =>
                setDone(done.includes(name) ? done.filter((one) => one !== name) : [...done, name])
              }
            >
              {t(name)}
            </button>
          ))}
        </div>
      </fieldset>
      <div className="field">
        <label htmlFor="note">{t("Note for your doctor")}</label>
        <textarea
          id="note"
          className="input"
          rows={3}
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </div>
      <button type="button" className="btn btn--main btn--big" onClick={submit}>
        {t("Save")}
      </button>
    </div>
  );
}
