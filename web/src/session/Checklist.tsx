/** The checklist: each step is ticked with its time; the cream's timer says when the skin is ready. */
import { useEffect, useState } from "react";
import { clock } from "../numbers/dates";
import { Icon } from "../shared/Icon";
import { NumberField } from "../shared/NumberField";
import { t } from "../words/words";
import { STEPS, type SessionState } from "./state";

interface Props {
  state: SessionState;
  onChange: (next: (before: SessionState) => SessionState) => void;
}

export function Checklist({ state, onChange }: Props) {
  const toggle = (step: string) =>
    onChange((before) => {
      const steps = { ...before.steps };
      if (steps[step]) delete steps[step];
      else steps[step] = new Date().toISOString();
      return { ...before, steps };
    });
  return (
    <section className="card" aria-labelledby="checklist-title">
      <h2 id="checklist-title">{t("Checklist")}</h2>
      <ul className="checklist">
        {STEPS.map((step) => {
          const at = state.steps[step.id];
          return (
            <li key={step.id}>
              <label className="tick-line">
                <input
                  type="checkbox"
                  name={step.id}
                  checked={Boolean(at)}
                  onChange={() => toggle(step.id)}
                />
                <span>
                  {t(step.label)}
                  {"optional" in step && <span className="soft small"> · {t("if used")}</span>}
                </span>
                <span className="figures soft small">{at ? clock(at) : ""}</span>
              </label>
              {step.id === "cream_on" && at && (
                <CreamTimer
                  since={at}
                  minutes={state.creamMinutes}
                  onMinutes={(creamMinutes) => onChange((before) => ({ ...before, creamMinutes }))}
                />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function CreamTimer({
  since,
  minutes,
  onMinutes,
}: {
  since: string;
  minutes: string | null;
  onMinutes: (minutes: string | null) => void;
}) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const ready = minutes === null ? null : new Date(since).getTime() + Number(minutes) * 60_000;
  const left = ready === null ? null : Math.max(0, Math.ceil((ready - now) / 1000));
  const done = left === 0;
  return (
    <div className="cream">
      <NumberField
        label={t("Wait")}
        unit={t("minutes")}
        value={minutes}
        whole
        step="5"
        onChange={onMinutes}
      />
      <p className="cream-time" role="timer">
        <Icon name={done ? "good" : "clock"} />
        {left === null
          ? t("enter the minutes of your cream's leaflet")
          : done
            ? t("ready since {time}", { time: clock(new Date(ready!)) })
            : t("ready at {time}, in {m} min {s} s", {
                time: clock(new Date(ready!)),
                m: Math.floor(left / 60),
                s: String(left % 60).padStart(2, "0"),
              })}
      </p>
      <p className="hint">
        {t("The waiting time is the clinic's own; read it in the leaflet of the cream.")}
      </p>
    </div>
  );
}
