/** The chart: one time axis, the forecast in words, what is known of the patient, and the same as lists. */
import { Link } from "wouter";
import { useForecast, useMe } from "../api/queries";
import type { Chart } from "../api/types";
import { shown, today } from "../numbers/dates";
import { number, units } from "../numbers/format";
import { Icon } from "../shared/Icon";
import { Shares } from "../shared/Shares";
import { Empty, Unknown } from "../shared/states";
import { headWords } from "../timeline/HeadLane";
import { Timeline } from "../timeline/Timeline";
import { total } from "../timeline/lanes";
import { coded } from "../words/names";
import { impressionWord, isImpression, scaleWord, signed } from "../timeline/scales";
import { t } from "../words/words";
import { CorrectParticulars } from "./CorrectParticulars";
import { ForecastCard } from "./ForecastCard";
import { GivenTable } from "./GivenTable";
import { PhonePage } from "./PhonePage";

export function ChartPage({ id, chart }: { id: string; chart: Chart }) {
  const forecast = useForecast(id);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>{t("Chart")}</h1>
        <div className="row">
          <Link href={`/patients/${id}/history`} className="btn">
            <Icon name="note" />
            {t("History")}
          </Link>
          <Link href={`/patients/${id}/since`} className="btn">
            {t("Since last time")}
          </Link>
          <Link href={`/patients/${id}/plan`} className="btn btn--main">
            <Icon name="syringe" />
            {t("Plan a session")}
          </Link>
        </div>
      </div>
      <div className="chart-grid">
        <div className="stack">
          <section className="card" aria-labelledby="timeline-title">
            <h2 id="timeline-title">{t("Course")}</h2>
            <Timeline chart={chart} curve={forecast.curve} pending={forecast.isPending} />
            <Legend />
          </section>
          <Sessions chart={chart} id={id} />
          <Entries chart={chart} />
        </div>
        <div className="stack">
          <ForecastCard id={id} curve={forecast.curve} error={forecast.error} pending={forecast.isPending} />
          <Facts chart={chart} />
        </div>
      </div>
    </main>
  );
}

function Legend() {
  return (
    <ul className="legend small">
      <li>
        <svg viewBox="0 0 14 14" aria-hidden="true">
          <circle cx="7" cy="7" r="3.5" className="diary-dot" />
        </svg>
        {t("diary entry")}
      </li>
      <li>
        <svg viewBox="0 0 22 14" aria-hidden="true">
          <rect width="22" height="14" className="band--95" />
          <rect y="4" width="22" height="6" className="band--50" />
          <path d="M0 7h22" className="median" />
        </svg>
        {t("curve, with its 50 and 95 in 100 bands")}
      </li>
      <li>
        <svg viewBox="0 0 14 14" aria-hidden="true">
          <g className="wear">
            <rect width="14" height="14" />
            <line x1="7" x2="7" y1="0" y2="14" />
          </g>
        </svg>
        {t("likely worn off")}
      </li>
      <li>
        <svg viewBox="0 0 14 14" aria-hidden="true">
          <g className="elsewhere">
            <path d="M7 1l5 6-5 6-5-6z" />
          </g>
        </svg>
        {t("toxin given elsewhere")}
      </li>
    </ul>
  );
}

function Facts({ chart }: { chart: Chart }) {
  const goal = chart.goals.at(-1);
  const next = chart.appointments
    .filter((a) => a.state === "booked" && a.date >= today())
    .sort((a, b) => a.date.localeCompare(b.date))[0];
  const elsewhere = chart.exposures.filter(
    (e) => !chart.sessions.some((s) => s.date === e.date && s.product === e.product),
  );
  const me = useMe();
  return (
    <section className="card" aria-labelledby="facts-title">
      <h2 id="facts-title">{t("What is known")}</h2>
      <dl className="pairs">
        <dt>{t("Condition")}</dt>
        <dd>
          {chart.conditions.length ? chart.conditions.map((c) => coded(c.condition)).join(", ") : <Unknown />}
        </dd>
        <dt>{t("Goal")}</dt>
        <dd>{goal ? `“${goal.text}”` : <Unknown word={t("not asked yet")} />}</dd>
        <dt>{t("Risks")}</dt>
        <dd>{chart.risks.length ? chart.risks.map(coded).join(", ") : t("none recorded")}</dd>
        <dt>{t("Next visit")}</dt>
        <dd>{next ? `${shown(next.date)}, ${coded(next.purpose)}` : <Unknown word={t("not booked")} />}</dd>
        <dt>{t("Toxin elsewhere")}</dt>
        <dd>
          {elsewhere.map((e) => (
            <p key={`${e.date}-${e.product}`}>
              {shown(e.date)}: {e.units ? `${units(e.units)} ` : `${t("units unknown")}, `}
              {e.product}
              {e.indication ? `, ${coded(e.indication)}` : ""}
              {e.place ? `, ${e.place}` : ""}
            </p>
          ))}
          {chart.patient.exposure_history === "known" ? (
            elsewhere.length === 0 && t("none, history complete")
          ) : (
            <Unknown word={elsewhere.length ? t("more is possible: history not complete") : undefined} />
          )}
        </dd>
      </dl>
      {(me.data?.role === "injector" || me.data?.role === "nurse") && (
        <>
          <CorrectParticulars id={chart.patient.id} chart={chart} />
          <PhonePage id={chart.patient.id} />
        </>
      )}
      {me.data?.role === "injector" && (
        <Shares base={`/api/patients/${encodeURIComponent(chart.patient.id)}/shares`} />
      )}
    </section>
  );
}

function Sessions({ chart, id }: { chart: Chart; id: string }) {
  const sessions = [...chart.sessions].sort((a, b) => b.date.localeCompare(a.date));
  return (
    <section className="card" aria-labelledby="sessions-title">
      <h2 id="sessions-title">{t("Sessions")}</h2>
      {sessions.length === 0 && <Empty>{t("No session here yet.")}</Empty>}
      <div className="stack stack--tight">
        {sessions.map((session, index) => (
          <details key={session.id ?? session.date} className="fold" open={index === 0}>
            <summary>
              <span className="fold-title">{shown(session.date)}</span>
              <span>
                {units(total(session))} {session.product}
              </span>
              <span className="soft small">
                {session.signed_by ? t("signed by {name}", { name: session.signed_by }) : t("not signed")}
              </span>
            </summary>
            <GivenTable session={session} />
            {session.id && (
              <div className="row">
                <Link
                  href={`/patients/${id}/visit?session=${encodeURIComponent(session.id)}`}
                  className="btn btn--small"
                >
                  <Icon name={session.signed_by ? "note" : "pen"} />
                  {session.signed_by ? t("Visit report") : t("Check and sign")}
                </Link>
                <Link
                  href={`/patients/${id}/sheet?session=${encodeURIComponent(session.id)}`}
                  className="btn btn--small"
                >
                  <Icon name="print" />
                  {t("Printed sheet")}
                </Link>
              </div>
            )}
          </details>
        ))}
      </div>
    </section>
  );
}

/** The time line as a list, for a screen reader, a search, or a careful reader. */
function Entries({ chart }: { chart: Chart }) {
  const rows = [
    ...chart.diary.map((d) => ({
      date: d.date,
      what: t("Diary"),
      text: `${d.severity === null ? t("no number") : t("{n} of 10", { n: number(d.severity) })}${d.note ? ` · “${d.note}”` : ""}`,
    })),
    ...chart.ratings.map((r) => ({
      date: r.date,
      what: scaleWord(r.scale),
      text:
        r.total === null
          ? t("no total")
          : isImpression(r.scale, r.total)
            ? `${signed(r.total)}, ${impressionWord(r.total) ?? ""}`
            : t("total {n}", { n: number(r.total) }),
    })),
    ...chart.symptoms.map((s) => ({
      date: s.date,
      what: t("Side effect"),
      text: `${coded(s.symptom)}, ${t(s.seriousness)}${s.resolved ? `, ${t("over on {date}", { date: shown(s.resolved) })}` : ""}`,
    })),
    ...(chart.head_angles ?? []).map((row) => ({
      date: row.date,
      what: t("Head angles, research"),
      text: headWords(row),
    })),
  ].sort((a, b) => b.date.localeCompare(a.date));
  return (
    <details className="card fold-card">
      <summary>
        <h2>{t("Everything as a list")}</h2>
        <span className="soft small">{t("{n} entries", { n: rows.length })}</span>
      </summary>
      <div className="scroll-y" tabIndex={0} role="region" aria-label={t("Everything as a list")}>
        <table className="data-table">
          <thead>
            <tr>
              <th scope="col">{t("Date")}</th>
              <th scope="col">{t("What")}</th>
              <th scope="col">{t("Value")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={`${row.date}-${row.what}-${index}`}>
                <td className="nowrap">{shown(row.date)}</td>
                <td>{row.what}</td>
                <td>{row.text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
