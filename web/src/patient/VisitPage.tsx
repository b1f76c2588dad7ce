/** One visit as it was delivered, beside its plan: differences with reasons, checklist, vials, waste, billing lines. */
import { useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Chart, Side } from "../api/types";
import { clock, readable, shown } from "../numbers/dates";
import { number, units } from "../numbers/format";
import { Icon } from "../shared/Icon";
import { Empty, Failed, Loading, Unknown } from "../shared/states";
import { coded, muscleWord, words } from "../words/names";
import { t } from "../words/words";
import { ClaimLines, type Claim } from "./ClaimLines";
import { CorrectSession } from "./CorrectSession";

interface Difference {
  muscle: string;
  side: Side | null;
  planned_units: string;
  given_units: string;
  change: "as_planned" | "more" | "less" | "not_given" | "not_planned";
  reason: string | null;
}

interface Step {
  id: string;
  words: string;
  required: boolean;
}

interface Delivery {
  plan_known: boolean;
  differences: Difference[];
  checklist: { done: { step: Step; at: string | null }[]; open_steps: Step[]; other: string[] };
  opened: { units: string } | null;
  given: { units: string };
  wasted: { units: string } | null;
  claim: Claim | null;
  why_no_claim: string | null;
}

const CHANGES: Record<Difference["change"], string> = {
  as_planned: "as planned",
  more: "more than planned",
  less: "less than planned",
  not_given: "not given",
  not_planned: "not planned",
};

export function VisitPage({ id, chart }: { id: string; chart: Chart }) {
  const wanted = new URLSearchParams(location.search).get("session");
  const session = chart.sessions.find((one) => one.id === wanted) ?? chart.sessions.at(-1);
  const base = `/api/patients/${encodeURIComponent(id)}/sessions/${encodeURIComponent(session?.id ?? "")}/delivery`;
  const told = useQuery({
    queryKey: ["patient", id, "delivery", session?.id],
    queryFn: () => get<Delivery>(base),
    enabled: Boolean(session?.id),
    retry: false,
  });
  if (!session)
    return (
      <main className="page" id="main">
        <h1>{t("Visit report")}</h1>
        <Empty>{t("No session here yet.")}</Empty>
      </main>
    );
  return (
    <main className="page page--narrow" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Visit report")}</h1>
          <p className="soft">
            {shown(session.date)} · {coded(session.indication)} ·{" "}
            {session.signed_by ? t("signed by {name}", { name: session.signed_by }) : t("not signed")}
          </p>
        </div>
        <a className="btn" href={`${base}.pdf`} download="visit.pdf">
          <Icon name="print" />
          {t("Visit report (PDF)")}
        </a>
      </div>
      {told.isPending && <Loading what={t("the report")} tall={300} />}
      {told.isError && <Failed error={told.error} again={() => void told.refetch()} />}
      {told.data && <Report told={told.data} product={session.product} />}
      {!told.isPending && (
        <CorrectSession key={`${session.id} ${session.signed_at}`} id={id} session={session} />
      )}
    </main>
  );
}

function Report({ told, product }: { told: Delivery; product: string }) {
  const amount = (dose: { units: string } | null) => (dose ? units(dose.units) : <Unknown />);
  return (
    <>
      <section className="card stack" aria-labelledby="compared-title">
        <h2 id="compared-title">{t("Planned and given")}</h2>
        {told.plan_known ? (
          <Differences rows={told.differences} />
        ) : (
          <Empty>{t("The record holds no plan of this session, so nothing is compared.")}</Empty>
        )}
      </section>
      <div className="two-up">
        <section className="card stack" aria-labelledby="units-title">
          <h2 id="units-title">{t("Vials and waste")}</h2>
          <dl className="pairs">
            <dt>{t("Product")}</dt>
            <dd>{product}</dd>
            <dt>{t("Opened")}</dt>
            <dd className="figures">{amount(told.opened)}</dd>
            <dt>{t("Given")}</dt>
            <dd className="figures">{amount(told.given)}</dd>
            <dt>{t("Wasted")}</dt>
            <dd className="figures">{amount(told.wasted)}</dd>
          </dl>
          <ClaimLines claim={told.claim} why={told.why_no_claim} />
        </section>
        <section className="card stack" aria-labelledby="steps-title">
          <h2 id="steps-title">{t("Checklist")}</h2>
          <ul className="words-list">
            {told.checklist.done.map(({ step, at }) => (
              <li key={step.id} className="row row--whole">
                <Icon name="verified" />
                <span>
                  {t(step.words)} <span className="soft figures">{at ? clock(at) : t("time not noted")}</span>
                </span>
              </li>
            ))}
            {told.checklist.open_steps.map((step) => (
              <li key={step.id} className="row row--whole soft">
                <Icon name="unverified" />
                <span>
                  {t(step.words)}: {t("not recorded")}
                </span>
              </li>
            ))}
            {told.checklist.other.map((step) => (
              <li key={step}>{words(step)}</li>
            ))}
          </ul>
        </section>
      </div>
    </>
  );
}

function Differences({ rows }: { rows: readonly Difference[] }) {
  return (
    <div className="scroll-x" tabIndex={0} role="region" aria-label={t("Injections")}>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("Muscle")}</th>
            <th scope="col" className="num">
              {t("Planned")}
            </th>
            <th scope="col" className="num">
              {t("Given")}
            </th>
            <th scope="col">{t("Difference")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.muscle} ${row.side}`}>
              <td>{muscleWord(row.muscle, row.side)}</td>
              <td className="num figures">{number(row.planned_units)}</td>
              <td className="num figures">{number(row.given_units)}</td>
              <td>
                {row.change === "as_planned" ? (
                  <span className="soft">{t(CHANGES[row.change])}</span>
                ) : (
                  <strong>{t(CHANGES[row.change])}</strong>
                )}
                {row.reason && <p className="hint">{readable(row.reason)}</p>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
