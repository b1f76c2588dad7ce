/** A closed chart, opened in an emergency: with a reason, for an hour, and somebody is told. */
import { useState } from "react";
import { ActError } from "../shared/ActError";
import { useAct } from "../shared/useAct";
import { t } from "../words/words";

export function BreakGlass({ id, onOpen }: { id: string; onOpen: () => void }) {
  const [reason, setReason] = useState("");
  const act = useAct();
  const open = async () => {
    if (await act.run(`/api/glass/${encodeURIComponent(id)}`, { reason: reason.trim() })) onOpen();
  };
  return (
    <section className="card stack" aria-labelledby="glass-title">
      <h2 id="glass-title">{t("In an emergency")}</h2>
      <p>{t("You may read this chart for an hour. Your reason is kept, and the clinic is told.")}</p>
      <div className="field">
        <label htmlFor="glass-reason">{t("Why it has to be read now")}</label>
        <textarea
          id="glass-reason"
          className="input"
          rows={2}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      <div>
        <button
          type="button"
          className="btn"
          disabled={act.busy || reason.trim().length < 10}
          onClick={() => void open()}
        >
          {t("Break the glass")}
        </button>
      </div>
      <ActError error={act.error} />
    </section>
  );
}
