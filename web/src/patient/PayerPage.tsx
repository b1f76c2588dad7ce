/** The packet for a payer's prior authorisation: what the record says, and first of all what it lacks. */
import { useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Chart, GivenInjection } from "../api/types";
import { readable, shown } from "../numbers/dates";
import { number, units } from "../numbers/format";
import { Icon } from "../shared/Icon";
import { Empty, Failed, Loading, Unknown } from "../shared/states";
import { coded, fullName, muscleWord, sitesWord, words } from "../words/names";
import { t } from "../words/words";
import { ClaimLines, type Claim } from "./ClaimLines";

interface Packet {
  on: string;
  diagnoses: { condition: string; since: string | null }[];
  goals: string[];
  sessions: {
    date: string;
    product: string;
    units: string;
    weeks_since: string | null;
    outcome: string;
    why: string;
  }[];
  sites: GivenInjection[];
  guidance: string[];
  claim: Claim | null;
  earlier_treatments: { date: string; treatment: string; note?: string | null }[];
  side_effects: { date: string; symptom: string; seriousness: string; resolved: string | null }[];
  missing: string[];
}

export function PayerPage({ id, chart }: { id: string; chart: Chart }) {
  const base = `/api/patients/${encodeURIComponent(id)}/authorisation`;
  const packet = useQuery({
    queryKey: ["patient", id, "authorisation"],
    queryFn: () => get<Packet>(base),
    retry: false,
  });
  return (
    <main className="page page--narrow" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Packet for the payer")}</h1>
          <p className="soft">
            {t("What a payer asks for before it pays, from the record of {name}.", {
              name: fullName(chart.patient),
            })}
          </p>
        </div>
        <a className="btn btn--main" href={`${base}.pdf`} download="authorisation.pdf">
          <Icon name="print" />
          {t("Packet (PDF)")}
        </a>
      </div>
      {packet.isPending && <Loading what={t("the packet")} tall={400} />}
      {packet.isError && <Failed error={packet.error} again={() => void packet.refetch()} />}
      {packet.data && <Items packet={packet.data} />}
    </main>
  );
}

function Items({ packet }: { packet: Packet }) {
  return (
    <>
      {packet.missing.length > 0 ? (
        <section className="note-box note-box--check" aria-label={t("Still to find out")}>
          <Icon name="check" />
          <div>
            <strong>{t("Still to find out")}</strong>
            <ul className="bullets">
              {packet.missing.map((line) => (
                <li key={line}>{readable(line)}</li>
              ))}
            </ul>
          </div>
        </section>
      ) : (
        <p className="note-box note-box--good">
          <Icon name="good" />
          {t("The record answers every item.")}
        </p>
      )}
      <section className="card" aria-labelledby="why-title">
        <h2 id="why-title">{t("Why it is needed")}</h2>
        <dl className="pairs">
          <dt>{t("Diagnosis")}</dt>
          <dd>
            {packet.diagnoses.length === 0 && <Unknown />}
            {packet.diagnoses.map((one) => (
              <p key={one.condition}>
                {coded(one.condition)}
                {one.since && (
                  <span className="soft"> · {t("since {date}", { date: shown(one.since) })}</span>
                )}
              </p>
            ))}
          </dd>
          <dt>{t("Goal")}</dt>
          <dd>
            {packet.goals.length ? packet.goals.map((goal) => <p key={goal}>“{goal}”</p>) : <Unknown />}
          </dd>
          <dt>{t("Earlier treatments")}</dt>
          <dd>
            {packet.earlier_treatments.length === 0 && <Unknown word={t("none on record")} />}
            {packet.earlier_treatments.map((one) => (
              <p key={`${one.date}-${one.treatment}`}>
                {coded(one.treatment)} <span className="soft">{shown(one.date)}</span>
              </p>
            ))}
          </dd>
          <dt>{t("Guidance")}</dt>
          <dd>{packet.guidance.map(words).join(", ") || <Unknown />}</dd>
        </dl>
      </section>
      <section className="card" aria-labelledby="course-title">
        <h2 id="course-title">{t("Dose, frequency and effect so far")}</h2>
        {packet.sessions.length === 0 && <Empty>{t("No session here yet.")}</Empty>}
        <div className="scroll-x" tabIndex={0} role="region" aria-label={t("Sessions")}>
          <table className="data-table data-table--wide">
            <thead>
              <tr>
                <th scope="col">{t("Date")}</th>
                <th scope="col">{t("Product")}</th>
                <th scope="col" className="num">
                  {t("Dose")}
                </th>
                <th scope="col" className="num">
                  {t("Weeks since the one before")}
                </th>
                <th scope="col">{t("Effect")}</th>
              </tr>
            </thead>
            <tbody>
              {[...packet.sessions].reverse().map((one) => (
                <tr key={`${one.date}-${one.product}`}>
                  <td className="nowrap">{shown(one.date)}</td>
                  <td>{one.product}</td>
                  <td className="num nowrap">{units(one.units)}</td>
                  <td className="num figures">{one.weeks_since === null ? "–" : number(one.weeks_since)}</td>
                  <td>
                    {t(words(one.outcome))}
                    <p className="hint">{readable(one.why)}</p>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <div className="two-up">
        <section className="card" aria-labelledby="sites-title">
          <h2 id="sites-title">{t("Sites of the last session")}</h2>
          <ul className="words-list">
            {packet.sites.map((one, index) => (
              <li key={`${one.muscle}-${one.side}-${index}`}>
                {muscleWord(one.muscle, one.side)}:{" "}
                <span className="figures">
                  {units(one.units)}, {sitesWord(one.sites)}
                </span>
              </li>
            ))}
          </ul>
          {packet.sites.length === 0 && <Unknown />}
        </section>
        <section className="card" aria-labelledby="billing-title">
          <h2 id="billing-title">{t("Drug of the last session")}</h2>
          <ClaimLines claim={packet.claim} why={t("the vials of the last session do not carry its dose")} />
        </section>
      </div>
      <section className="card" aria-labelledby="harm-title">
        <h2 id="harm-title">{t("Side effects")}</h2>
        {packet.side_effects.length === 0 && <Empty>{t("none reported")}</Empty>}
        <ul className="words-list">
          {[...packet.side_effects].reverse().map((one, index) => (
            <li key={`${one.date}-${index}`}>
              {shown(one.date)}: {coded(one.symptom)}, {t(one.seriousness)}
              {one.resolved ? "" : `, ${t("not over")}`}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
