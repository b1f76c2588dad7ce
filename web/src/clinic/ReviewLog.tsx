/** What was reviewed here: first what waits for a second person, then what counts, then what no longer does. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../api/client";
import { useMe } from "../api/queries";
import { shown } from "../numbers/dates";
import { number } from "../numbers/format";
import { ActError } from "../shared/ActError";
import { Icon } from "../shared/Icon";
import { Failed } from "../shared/states";
import { useAct } from "../shared/useAct";
import { words } from "../words/names";
import { t } from "../words/words";

type State = "waits_for_second" | "counts" | "not_yet" | "replaced" | "taken_back";

interface Review {
  review_id: string;
  row_id: string;
  verdict: "confirmed" | "corrected" | "withdrawn";
  value: string | null;
  source: string;
  by: string;
  on: string;
  effective_from: string;
  second: string | null;
  state: State;
  recorded_by: string;
  shipped: { shown: string; what: string; product: string; unit: string | null } | null;
}

const STATES: Record<State, { word: string; tone: string }> = {
  waits_for_second: { word: "waits for a second person", tone: "chip chip--check" },
  counts: { word: "counts", tone: "chip chip--accent" },
  not_yet: { word: "counts from a later day", tone: "chip" },
  replaced: { word: "replaced by a later review", tone: "chip" },
  taken_back: { word: "taken back", tone: "chip" },
};
const ORDER = Object.keys(STATES) as State[];

export function ReviewLog() {
  const me = useMe();
  const reviews = useQuery({
    queryKey: ["reviews", "log"],
    queryFn: () => get<{ rows: Review[] }>("/api/reviews"),
    retry: false,
  });
  const may = me.data?.role === "pharmacist" || me.data?.role === "injector";
  if (reviews.isError) return <Failed error={reviews.error} again={() => void reviews.refetch()} />;
  const rows = [...(reviews.data?.rows ?? [])].sort(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state),
  );
  if (rows.length === 0) return null;
  const waiting = rows.filter((row) => row.state === "waits_for_second").length;
  return (
    <section className="card stack" aria-labelledby="log-title">
      <div className="card-head">
        <h2 id="log-title">{t("Reviews of this clinic")}</h2>
        {waiting > 0 && (
          <span className="chip chip--check">
            <Icon name="clock" />
            {t("{n} wait for a second person", { n: waiting })}
          </span>
        )}
      </div>
      <ul>
        {rows.map((row) => (
          <Entry key={row.review_id} row={row} me={me.data?.name ?? null} may={may} />
        ))}
      </ul>
    </section>
  );
}

function Entry({ row, me, may }: { row: Review; me: string | null; may: boolean }) {
  const about = row.shipped ? `${row.shipped.product}: ${words(row.shipped.what)}` : row.row_id;
  const unit = row.shipped?.unit ?? "";
  const [taking, setTaking] = useState(false);
  const act = useAct();
  const base = `/api/reviews/${encodeURIComponent(row.review_id)}`;
  const own = row.recorded_by === me;
  const standing = row.state === "waits_for_second" || row.state === "counts" || row.state === "not_yet";
  return (
    <li className="logged" data-state={row.state}>
      <div className="row row--between">
        <span>
          {row.shipped && (
            <span className="figures">
              {row.shipped.shown}
              {row.verdict === "corrected" && row.value && (
                <>
                  {" → "}
                  <strong>
                    {number(row.value)} {unit}
                  </strong>
                </>
              )}{" "}
            </span>
          )}
          <strong>{t(row.verdict)}</strong> <span>{about}</span>
          <span className="hint">
            {" "}
            {t("by {name}, {date}", { name: row.by, date: shown(row.on) })} · {row.source}
            {row.second && ` · ${t("second person: {name}", { name: row.second })}`}
          </span>
        </span>
        <span className={STATES[row.state].tone}>{t(STATES[row.state].word)}</span>
      </div>
      {may && standing && !taking && (
        <div className="row">
          {row.state === "waits_for_second" &&
            (own ? (
              <span className="soft small">
                {t("Your own review: a colleague has to read the source too.")}
              </span>
            ) : (
              <button
                type="button"
                className="btn btn--main btn--small"
                disabled={act.busy}
                aria-label={t("I read the same source and agree: {what}", { what: about })}
                onClick={() => void act.run(`${base}/second`, {}, ["reviews"])}
              >
                {t("I read the same source and agree")}
              </button>
            ))}
          <button type="button" className="btn btn--quiet btn--small" onClick={() => setTaking(true)}>
            {t("Take back")}
          </button>
        </div>
      )}
      {taking && <TakeBack base={base} onDone={() => setTaking(false)} />}
      <ActError error={act.error} />
    </li>
  );
}

function TakeBack({ base, onDone }: { base: string; onDone: () => void }) {
  const [reason, setReason] = useState("");
  const act = useAct();
  const send = async () => {
    if (await act.run(`${base}/take-back`, { reason: reason.trim() }, ["reviews"])) onDone();
  };
  return (
    <div className="stack stack--tight review-form">
      <div className="form-line form-line--end">
        <div className="field">
          <label htmlFor="take-back-reason">{t("Why it is taken back (kept in the record)")}</label>
          <input
            id="take-back-reason"
            className="input"
            autoComplete="off"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        <div className="row">
          <button
            type="button"
            className="btn"
            disabled={act.busy || reason.trim().length < 3}
            onClick={() => void send()}
          >
            {t("Take back")}
          </button>
          <button type="button" className="btn btn--quiet" onClick={onDone}>
            {t("Close")}
          </button>
        </div>
      </div>
      <ActError error={act.error} />
    </div>
  );
}
