import { useState, type FormEvent } from "react";
import type { Chart } from "../api/types";
import { shown, today } from "../numbers/dates";
import { Told, useSend } from "../shared/sending";
import { t } from "../words/words";

/** What should get better, in the patient's own words. */
export function GoalForm({ id, chart }: { id: string; chart: Chart }) {
  const { answer, send } = useSend(id, "goals");
  const [text, setText] = useState("");
  const goal = chart.goals.at(-1);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() && (await send({ text: text.trim(), date: today() }))) setText("");
  };
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)} aria-labelledby="goal-title">
      <h2 id="goal-title">{t("Goal")}</h2>
      {goal && (
        <p>
          “{goal.text}” <span className="soft small">{goal.date ? shown(goal.date) : ""}</span>
        </p>
      )}
      <div className="field">
        <label htmlFor="goal-text">{t("What should get better, in the patient's words?")}</label>
        <input
          id="goal-text"
          className="input"
          maxLength={500}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <div className="row">
        <button type="submit" className="btn" disabled={!text.trim() || answer.kind === "busy"}>
          {t("Save the goal")}
        </button>
        <Told answer={answer} />
      </div>
    </form>
  );
}
