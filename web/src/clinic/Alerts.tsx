/** Broken glasses: who opened a chart in an emergency and why; somebody else looks into each and says so. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { get } from "../api/client";
import { useMe } from "../api/queries";
import { clock, shown } from "../numbers/dates";
import { ActError } from "../shared/ActError";
import { Icon } from "../shared/Icon";
import { Failed } from "../shared/states";
import { useAct } from "../shared/useAct";
import { t } from "../words/words";

interface Alert {
  alert: string;
  at: string;
  by: string;
  patient_id: string;
  reason: string | null;
  seen_by: string | null;
}

export function Alerts() {
  const me = useMe();
  const alerts = useQuery({
    queryKey: ["alerts"],
    queryFn: () => get<{ rows: Alert[] }>("/api/alerts"),
    retry: false,
  });
  if (alerts.isError) return <Failed error={alerts.error} again={() => void alerts.refetch()} />;
  const rows = [...(alerts.data?.rows ?? [])].sort(
    (a, b) => Number(a.seen_by !== null) - Number(b.seen_by !== null),
  );
  if (rows.length === 0) return null;
  const open = rows.filter((row) => row.seen_by === null).length;
  return (
    <section className="card stack" aria-labelledby="alerts-title">
      <div className="card-head">
        <h2 id="alerts-title">{t("Charts opened in an emergency")}</h2>
        {open > 0 && (
          <span className="chip chip--check">
            <Icon name="check" />
            {t("{n} to look into", { n: open })}
          </span>
        )}
      </div>
      <ul>
        {rows.map((row) => (
          <Entry key={row.alert} row={row} own={row.by === me.data?.name} />
        ))}
      </ul>
    </section>
  );
}

function Entry({ row, own }: { row: Alert; own: boolean }) {
  const [note, setNote] = useState("");
  const act = useAct();
  const field = `alert-${row.alert}`;
  const send = () =>
    act.run(`/api/alerts/${encodeURIComponent(row.alert)}/seen`, { note: note.trim() }, ["alerts"]);
  return (
    <li className="logged">
      <p>
        <strong>{row.by}</strong>,{" "}
        <span className="figures">
          {shown(row.at)} {clock(row.at)}
        </span>
        , <Link href={`/patients/${row.patient_id}/chart`}>{row.patient_id}</Link>
        {row.reason && `: “${row.reason}”`}
      </p>
      {row.seen_by ? (
        <p className="soft small">{t("Looked into by {name}.", { name: row.seen_by })}</p>
      ) : own ? (
        <p className="soft small">{t("Your own: somebody else looks into it.")}</p>
      ) : (
        <div className="form-line form-line--end">
          <div className="field">
            <label htmlFor={field}>{t("What you found (kept in the record)")}</label>
            <input
              id={field}
              className="input"
              autoComplete="off"
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          </div>
          <button
            type="button"
            className="btn"
            disabled={act.busy || note.trim().length < 3}
            onClick={() => void send()}
          >
            {t("I looked into it")}
          </button>
        </div>
      )}
      <ActError error={act.error} />
    </li>
  );
}
