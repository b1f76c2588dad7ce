/** One small form: sends once for each press, keeps what was typed when it fails. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../api/client";
import { shown, today } from "../numbers/dates";
import { t } from "../words/words";
import { refresh } from "./refresh";
import { useKey } from "./useKey";

export interface Answer {
  kind: "idle" | "busy" | "saved" | "failed";
  text: string;
}

export function useSend(id: string, path: string) {
  const client = useQueryClient();
  const keyed = useKey();
  const [answer, setAnswer] = useState<Answer>({ kind: "idle", text: "" });
  const send = async (body: unknown): Promise<boolean> => {
    setAnswer({ kind: "busy", text: "" });
    try {
      const to = `/api/patients/${encodeURIComponent(id)}/${path}`;
      await keyed(JSON.stringify(body), (key) => post(to, body, { key }));
      // The form is emptied now and not after the page has asked anew: by then the next entry may be half typed.
      void refresh(client, ["patient", id]).then(() => setAnswer({ kind: "saved", text: t("Saved.") }));
      return true;
    } catch (error) {
      setAnswer({ kind: "failed", text: error instanceof Error ? error.message : String(error) });
      return false;
    }
  };
  return { answer, send };
}

export function Told({ answer }: { answer: Answer }) {
  return (
    <span
      role={answer.kind === "failed" ? "alert" : "status"}
      className={answer.kind === "failed" ? "wrong" : "soft"}
    >
      {answer.text}
    </span>
  );
}

export function DateField({
  id,
  value,
  onChange,
  label,
  ahead = false,
}: {
  id: string;
  value: string;
  onChange: (value: string) => void;
  label?: string;
  /** The day may lie ahead; otherwise today is the last one. */
  ahead?: boolean;
}) {
  return (
    <div className="field">
      <label htmlFor={id}>
        {label ?? t("Date")}
        {value && <span className="soft"> {shown(value)}</span>}
      </label>
      <input
        id={id}
        type="date"
        className="input"
        required
        {...(ahead ? { min: today() } : { max: today() })}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
