/** How long the clinic keeps who a patient was: the rule, who is due when and why, who is held back, and erasing who is due. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { get, newKey, post } from "../api/client";
import { shown, today } from "../numbers/dates";
import { ActError } from "../shared/ActError";
import { Icon } from "../shared/Icon";
import { NumberField } from "../shared/NumberField";
import { ReasonField, isReason } from "../shared/ReasonField";
import { Empty, Failed, Loading } from "../shared/states";
import { useAct } from "../shared/useAct";
import { useTitle } from "../shared/useTitle";
import { t } from "../words/words";
import { everyPage, mayErase, whyDue, type Due, type Rule } from "./retention";
import { refresh } from "../shared/refresh";

const AHEAD = [
  { days: 0, label: "Due now" },
  { days: 366, label: "Due within a year" },
  { days: 1827, label: "Due within five years" },
] as const;

export function RetentionPage() {
  useTitle("Retention");
  const rule = useQuery({ queryKey: ["retention"], queryFn: () => get<Rule>("/api/retention") });
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Retention")}</h1>
          <p className="soft">
            {t("Nothing is erased by a clock: a person erases who is due, with a reason.")}
          </p>
        </div>
      </div>
      {rule.isPending && <Loading what={t("the rule")} tall={160} />}
      {rule.isError && <Failed error={rule.error} again={() => void rule.refetch()} />}
      {rule.data && <RuleForm key={JSON.stringify(rule.data)} start={rule.data} />}
      {rule.data && rule.data.years !== null && <DueList rule={rule.data} />}
    </main>
  );
}

function RuleForm({ start }: { start: Rule }) {
  const [next, setNext] = useState(start);
  const [reason, setReason] = useState("");
  const act = useAct();
  const text = (value: number | null) => (value === null ? null : String(value));
  const whole = (value: string | null) => (value === null ? null : Number(value));
  return (
    <section className="card stack" aria-labelledby="rule-title">
      <h2 id="rule-title">{t("The rule")}</h2>
      <p>
        {start.years === null
          ? t("No rule: everything is kept.")
          : t("Who a patient was is kept for {n} years after the last contact.", { n: start.years })}
      </p>
      <div className="form-line">
        <NumberField
          label={t("Years after the last contact")}
          whole
          optional
          step="1"
          value={text(next.years)}
          onChange={(value) => setNext({ ...next, years: whole(value) })}
        />
        <NumberField
          label={t("Children: at least until the age of")}
          whole
          optional
          step="1"
          value={text(next.child_until_age)}
          onChange={(value) => setNext({ ...next, child_until_age: whole(value) })}
        />
      </div>
      <div className="form-line form-line--end">
        <ReasonField label={t("Why it is set so (kept in the record)")} value={reason} onChange={setReason} />
        <button
          type="button"
          className="btn"
          disabled={act.busy || !isReason(reason)}
          onClick={() => void act.run("/api/retention", { rule: next, reason: reason.trim() }, ["retention"])}
        >
          {t("Set the rule")}
        </button>
      </div>
      <p className="hint">{t("Setting it erases nothing. Without years everything is kept.")}</p>
      <ActError error={act.error} />
    </section>
  );
}

function DueList({ rule }: { rule: Rule }) {
  const client = useQueryClient();
  const [ahead, setAhead] = useState(0);
  const [reason, setReason] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [done, setDone] = useState<string[]>([]);
  const due = useQuery({
    queryKey: ["retention", "due", ahead],
    queryFn: () =>
      everyPage((after) =>
        get(`/api/retention/due?ahead_days=${ahead}${after ? `&after=${encodeURIComponent(after)}` : ""}`),
      ),
  });
  const rows = due.data ?? [];
  const free = rows.filter((row) => mayErase(row, today()));
  const picked = free.filter((row) => chosen.has(row.patient_id));
  const told = isReason(reason);
  const act = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
    }
    await refresh(client, ["retention", "due"]);
    setBusy(false);
  };
  const hold = (row: Due) =>
    act(async () => {
      await post(
        "/api/retention/hold",
        { patient_id: row.patient_id, held: !row.held, reason: reason.trim() },
        { key: newKey() },
      );
    });
  const erase = () =>
    act(async () => {
      for (const row of picked) {
        const answer = await post<{ pseudonym: string }>(
          "/api/retention/erase",
          { patient_id: row.patient_id, reason: reason.trim() },
          { key: newKey() },
        );
        setDone((before) => [...before, `${row.patient_id} → ${answer?.pseudonym ?? ""}`]);
      }
      setChosen(new Set());
      setSure(false);
    });
  const pick = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
    setSure(false);
  };
  return (
    <section className="card stack" aria-labelledby="due-title">
      <div className="card-head">
        <h2 id="due-title">{t("Who is due")}</h2>
        <label className="row small">
          <span className="soft">{t("Show")}</span>
          <select
            className="select select--small"
            value={ahead}
            onChange={(event) => setAhead(Number(event.target.value))}
          >
            {AHEAD.map(({ days, label }) => (
              <option key={days} value={days}>
                {t(label)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {due.isPending && <Loading what={t("the list")} tall={120} />}
      {due.isError && <Failed error={due.error} again={() => void due.refetch()} />}
      {due.data && rows.length === 0 && <Empty>{t("Nobody is due.")}</Empty>}
      {rows.length > 0 && (
        <>
          <p>
            {t(
              "Erased are name, birth date, own words and the account. Doses, lots, side effects and ratings stay under a pseudonym. It cannot be undone; older backups still hold it.",
            )}
          </p>
          <ReasonField
            label={t("Why it is held, released or erased (kept in the record)")}
            value={reason}
            onChange={setReason}
          />
          <div className="scroll-x" tabIndex={0} role="region" aria-label={t("Who is due")}>
            <table className="data-table">
              <thead>
                <tr>
                  <th scope="col">{t("Erase")}</th>
                  <th scope="col">{t("Patient")}</th>
                  <th scope="col">{t("Last contact")}</th>
                  <th scope="col">{t("Due")}</th>
                  <th scope="col">{t("Why")}</th>
                  <th scope="col">{t("Hold")}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.patient_id}>
                    <td>
                      <input
                        type="checkbox"
                        aria-label={t("Erase {patient}", { patient: row.patient_id })}
                        disabled={!mayErase(row, today())}
                        checked={chosen.has(row.patient_id) && mayErase(row, today())}
                        onChange={(event) => pick(row.patient_id, event.target.checked)}
                      />
                    </td>
                    <th scope="row">{row.patient_id}</th>
                    <td className="figures">{shown(row.last_contact)}</td>
                    <td className="figures">{shown(row.due)}</td>
                    <td>{whyDue(row, rule, today())}</td>
                    <td>
                      <button
                        type="button"
                        className="btn btn--small"
                        disabled={busy || !told}
                        aria-label={
                          row.held
                            ? t("Release {patient}", { patient: row.patient_id })
                            : t("Hold {patient}", { patient: row.patient_id })
                        }
                        onClick={() => void hold(row)}
                      >
                        {row.held ? t("Release") : t("Hold")}
                      </button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {!told && (
            <p className="hint">{t("Write the reason first: holding, releasing and erasing need one.")}</p>
          )}
          {free.length > 0 && (
            <>
              <div className="row">
                <button
                  type="button"
                  className="btn btn--small"
                  onClick={() => setChosen(new Set(free.map((row) => row.patient_id)))}
                >
                  {t("Choose all {n} that may be erased", { n: free.length })}
                </button>
              </div>
              <label className="tick-line">
                <input
                  type="checkbox"
                  checked={sure}
                  disabled={picked.length === 0}
                  onChange={(event) => setSure(event.target.checked)}
                />
                <span>{t("I looked at each one. It cannot be undone.")}</span>
              </label>
              <div>
                <button
                  type="button"
                  className="btn btn--stop"
                  disabled={busy || !told || !sure || picked.length === 0}
                  onClick={() => void erase()}
                >
                  <Icon name="stop" />
                  {t("Erase {n} for good", { n: picked.length })}
                </button>
              </div>
            </>
          )}
        </>
      )}
      {done.length > 0 && (
        <div className="note-box" role="status">
          <Icon name="verified" />
          <div>
            <p>{t("Erased, with the pseudonym that stays:")}</p>
            <ul className="bullets">
              {done.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
      <ActError error={error} />
    </section>
  );
}
