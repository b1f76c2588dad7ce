/** Who read the own record, and all of it as a file: what is the patient's is the patient's. */
import { useState } from "react";
import { get } from "../api/client";
import { clock, shown } from "../numbers/dates";
import { Shares } from "../shared/Shares";
import { t } from "../words/words";

interface Reading {
  at: string;
  by: string;
  what: string | null;
}

export function MyRecord() {
  const [rows, setRows] = useState<Reading[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const load = async () => {
    if (rows) return;
    try {
      setRows((await get<{ rows: Reading[] }>("/api/mine/readings")).rows);
      setError(null);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  return (
    <section className="card stack" aria-labelledby="record-title">
      <h2 id="record-title">{t("My record")}</h2>
      <p>{t("Only your clinic can read it. Each reading is written down.")}</p>
      <details onToggle={(event) => event.currentTarget.open && void load()}>
        <summary className="btn btn--big">{t("Who read my record")}</summary>
        {error && (
          <p className="note-box note-box--check" role="alert">
            {error}
          </p>
        )}
        {rows?.length === 0 && <p className="soft">{t("Nobody yet.")}</p>}
        <ul className="words-list readings">
          {rows?.slice(0, 20).map((row, index) => (
            <li key={`${row.at}-${index}`}>
              {shown(row.at)} {clock(row.at)}: <strong>{row.by}</strong>
            </li>
          ))}
        </ul>
      </details>
      <Shares base="/api/mine/shares" big />
      <a className="btn btn--big" href="/api/mine/export" download="my-record.json">
        {t("Save all of it as a file")}
      </a>
    </section>
  );
}
