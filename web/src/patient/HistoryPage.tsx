/** Every entry of a chart with its versions: who, when, what it said before, and why. Entries can be put right here. */
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { get } from "../api/client";
import { useMe } from "../api/queries";
import { clock, shown } from "../numbers/dates";
import { ActError } from "../shared/ActError";
import { isReason, ReasonField } from "../shared/ReasonField";
import { Empty, Failed, Loading } from "../shared/states";
import { useAct } from "../shared/useAct";
import { words } from "../words/names";
import { t } from "../words/words";
import {
  changed,
  fieldsOf,
  KINDS,
  labelOf,
  summaryOf,
  withFields,
  type Body,
  type HistoryRow,
} from "./history";

const AT_ONCE = 40;

export function HistoryPage({ id }: { id: string }) {
  const me = useMe();
  const history = useQuery({
    queryKey: ["patient", id, "history"],
    queryFn: () => get<{ rows: HistoryRow[] }>(`/api/patients/${encodeURIComponent(id)}/history`),
  });
  const [kind, setKind] = useState("");
  const [many, setMany] = useState(AT_ONCE);
  const rows = history.data?.rows ?? [];
  const kinds = [...new Set(rows.map((row) => row.kind))].sort((a, b) =>
    labelOf(a).localeCompare(labelOf(b)),
  );
  const wanted = kind ? rows.filter((row) => row.kind === kind) : rows;
  const mayAmend = me.data?.role === "injector" || me.data?.role === "nurse";
  return (
    <main className="page page--narrow" id="main">
      <div className="page-head">
        <div>
          <h1>{t("History")}</h1>
          <p className="soft">
            {t("Nothing is overwritten: a correction is a new version with its reason.")}
          </p>
        </div>
        <div className="field">
          <label htmlFor="history-kind">{t("Show")}</label>
          <select
            id="history-kind"
            className="select"
            value={kind}
            onChange={(event) => {
              setKind(event.target.value);
              setMany(AT_ONCE);
            }}
          >
            <option value="">{t("All entries")}</option>
            {kinds.map((one) => (
              <option key={one} value={one}>
                {labelOf(one)}
              </option>
            ))}
          </select>
        </div>
      </div>
      {history.isPending && <Loading what={t("the history")} tall={300} />}
      {history.isError && <Failed error={history.error} again={() => void history.refetch()} />}
      {history.data && rows.length === 0 && <Empty>{t("Nothing is written yet.")}</Empty>}
      <ol className="history">
        {wanted.slice(0, many).map((row) => (
          <li key={row.entry} className="card">
            <Entry id={id} row={row} mayAmend={mayAmend} />
          </li>
        ))}
      </ol>
      {wanted.length > many && (
        <button type="button" className="btn" onClick={() => setMany(many + AT_ONCE)}>
          {t("Show more ({n} left)", { n: wanted.length - many })}
        </button>
      )}
    </main>
  );
}

function Entry({ id, row, mayAmend }: { id: string; row: HistoryRow; mayAmend: boolean }) {
  const [open, setOpen] = useState<"nothing" | "correct" | "take back">("nothing");
  const said = row.versions.filter((version) => version.kind === row.kind);
  const latest = said.at(-1);
  const kind = KINDS[row.kind];
  const body = latest?.body ?? null;
  const day = typeof body?.["date"] === "string" ? body["date"] : null;
  const toggle = (what: "correct" | "take back") => setOpen(open === what ? "nothing" : what);
  return (
    <article className="stack stack--tight" aria-label={`${labelOf(row.kind)} ${day ? shown(day) : ""}`}>
      <h2 className="history__title">
        {labelOf(row.kind)} {day && <span className="figures">{shown(day)}</span>}
        {row.standing === null && <span className="soft">{t("taken back")}</span>}
      </h2>
      <p className={row.standing === null ? "struck" : undefined}>{summaryOf(body)}</p>
      <ul className="history__versions small soft">
        {row.versions.map((version) => (
          <li key={version.id}>
            <span className="figures">
              {shown(version.at.slice(0, 10))} {clock(version.at)}
            </span>{" "}
            {version.by}
            {changed(version.changed).map((line) => (
              <span key={line}> · {line}</span>
            ))}
            {version.reason && <span> · “{version.reason}”</span>}
          </li>
        ))}
      </ul>
      {mayAmend && kind?.entries && row.standing !== null && body && (
        <>
          <div className="row">
            {kind.editable && (
              <button
                type="button"
                className="btn btn--small"
                aria-expanded={open === "correct"}
                onClick={() => toggle("correct")}
              >
                {t("Correct")}
              </button>
            )}
            <button
              type="button"
              className="btn btn--small"
              aria-expanded={open === "take back"}
              onClick={() => toggle("take back")}
            >
              {t("Take back")}
            </button>
          </div>
          {open !== "nothing" && (
            <Amend
              id={id}
              entry={row.standing}
              kind={kind.entries}
              body={open === "correct" ? body : null}
              onDone={() => setOpen("nothing")}
            />
          )}
        </>
      )}
    </article>
  );
}

interface AmendProps {
  id: string;
  entry: string;
  kind: string;
  /** What it says now; null takes the entry back. */
  body: Body | null;
  onDone: () => void;
}

function Amend({ id, entry, kind, body, onDone }: AmendProps) {
  const { busy, error, run } = useAct();
  const [values, setValues] = useState(() => fieldsOf(body ?? {}));
  const [reason, setReason] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wish = body === null ? { reason } : { reason, kind, body: withFields(body, values) };
    const path = `/api/patients/${encodeURIComponent(id)}/entries/${encodeURIComponent(entry)}`;
    if (await run(path, wish, ["patient", id])) onDone();
  };
  return (
    <form className="stack stack--tight" onSubmit={(event) => void submit(event)}>
      {body !== null && (
        <div className="form-line">
          {Object.entries(values).map(([name, text]) => (
            <div className="field" key={name}>
              <label htmlFor={`${entry}-${name}`}>{t(words(name.split(".").at(-1)!))}</label>
              <input
                id={`${entry}-${name}`}
                className="input"
                type={/^(date|resolved)$/.test(name) ? "date" : "text"}
                value={text}
                onChange={(event) => setValues({ ...values, [name]: event.target.value })}
              />
            </div>
          ))}
        </div>
      )}
      <ReasonField
        label={
          body === null
            ? t("Why it is taken back (kept in the record)")
            : t("Why the record is changed (kept in the record)")
        }
        value={reason}
        onChange={setReason}
      />
      <ActError error={error} />
      <div className="row">
        <button type="submit" className="btn btn--main" disabled={busy || !isReason(reason)}>
          {body === null ? t("Take it back") : t("Save the correction")}
        </button>
      </div>
    </form>
  );
}
