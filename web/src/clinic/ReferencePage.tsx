/** Every number with its source: search, read, and see whether the number itself was seen there. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { get } from "../api/client";
import { Seen } from "../plan/findings";
import { Empty, Failed, Loading, Unknown } from "../shared/states";
import { useTitle } from "../shared/useTitle";
import { words } from "../words/names";
import { ReviewLog } from "./ReviewLog";
import { ReviewRows } from "./ReviewRows";
import { t } from "../words/words";

interface Fact {
  field: string;
  value: string | number | null;
  source: string | null;
  grade: string | null;
  checked: boolean | null;
  note: string | null;
}

interface Row {
  kind: string;
  id: string;
  name: string;
  facts: Fact[];
}

export function ReferencePage() {
  useTitle("Reference");
  const [text, setText] = useState("");
  const [strict, setStrict] = useState(false);
  const asked = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["reference", asked],
    queryFn: () => get<{ rows: Row[] }>(`/api/reference/search?limit=30&text=${encodeURIComponent(asked)}`),
    enabled: asked.length > 1,
    staleTime: Infinity,
  });
  const rows = (found.data?.rows ?? [])
    .map((row) => ({ ...row, facts: strict ? row.facts.filter((fact) => fact.checked !== true) : row.facts }))
    .filter((row) => row.facts.length > 0);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Reference")}</h1>
          <p className="soft">
            {t("Each number with its source. Only a verified number from a label can stop a plan.")}
          </p>
        </div>
      </div>
      <div className="card form-line form-line--end">
        <div className="field">
          <label htmlFor="reference-text">{t("Muscle, product, posture, scale or source")}</label>
          <input
            id="reference-text"
            type="search"
            className="input"
            autoComplete="off"
            maxLength={200}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <label className="tick-line">
          <input type="checkbox" checked={strict} onChange={(event) => setStrict(event.target.checked)} />
          <span>{t("only what nobody has verified")}</span>
        </label>
      </div>
      {asked.length <= 1 && (
        <>
          <Empty>{t("Type two letters or more, for example “splenius”.")}</Empty>
          <ReviewLog />
          <ReviewRows />
        </>
      )}
      {asked.length > 1 && found.isPending && <Loading what={t("the reference")} tall={200} />}
      {found.isError && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.data && rows.length === 0 && <Empty>{t("Nothing found.")}</Empty>}
      {rows.map((row, index) => (
        <details key={`${row.kind} ${row.id}`} className="card fold-card" open={index === 0}>
          <summary>
            <h2>{row.name}</h2>
            <span className="soft small">
              {t(words(row.kind))} · {row.id}
            </span>
          </summary>
          <Facts row={row} />
        </details>
      ))}
    </main>
  );
}

function Facts({ row }: { row: Row }) {
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={row.name}>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("What")}</th>
            <th scope="col">{t("Value")}</th>
            <th scope="col">{t("Source")}</th>
            <th scope="col">{t("Kind of source")}</th>
            <th scope="col">{t("Seen there")}</th>
          </tr>
        </thead>
        <tbody>
          {row.facts.map((fact, index) => (
            <tr key={`${fact.field}-${index}`}>
              <td>{words(fact.field)}</td>
              <td className="figures">
                {fact.value === null ? <Unknown /> : String(fact.value)}
                {fact.note && <p className="hint">{fact.note}</p>}
              </td>
              <td className="break">{fact.source ?? <Unknown />}</td>
              <td>{fact.grade ? words(fact.grade) : <Unknown />}</td>
              <td>
                {fact.checked === null ? <Unknown word={t("not a figure")} /> : <Seen ok={fact.checked} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
