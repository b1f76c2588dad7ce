/** One page before the patient sits down: what was injected, what it did, the course, the goal, what to ask. */
import { useState } from "react";
import { Link } from "wouter";
import { useForecast, useProposals, useRegions } from "../api/queries";
import type { Chart } from "../api/types";
import { BodyMap } from "../map/BodyMap";
import type { Mark } from "../map/mark";
import { sitesOf, viewOfSites } from "../map/sites";
import { viewFor } from "../map/views";
import { daysBetween, shown, today } from "../numbers/dates";
import { units } from "../numbers/format";
import { lastSessionOf } from "../plan/draft";
import { askText } from "../plan/asks";
import { Empty, Unknown } from "../shared/states";
import { Timeline } from "../timeline/Timeline";
import { total } from "../timeline/lanes";
import { coded } from "../words/names";
import { t } from "../words/words";
import { ForecastCard } from "./ForecastCard";
import { GivenTable } from "./GivenTable";
import { HeadAnglesCard } from "./HeadAnglesCard";

export function SincePage({ id, chart }: { id: string; chart: Chart }) {
  const last = lastSessionOf(chart);
  const forecast = useForecast(id);
  const proposals = useProposals(id, null);
  const regions = useRegions();
  const [lit, setLit] = useState<string | null>(null);
  const [view, setView] = useState(
    () =>
      viewOfSites((last?.injections ?? []).map((one) => sitesOf(one.positions))) ??
      viewFor(last?.indication ?? chart.conditions[0]?.condition),
  );
  const weeks = last ? Math.floor(daysBetween(last.date, today()) / 7) : null;
  const since = (date: string) => !last || date >= last.date;
  const symptoms = chart.symptoms.filter((symptom) => since(symptom.date));
  const notes = chart.diary
    .filter((entry) => since(entry.date) && entry.note)
    .slice(-4)
    .reverse();
  const goal = chart.goals.at(-1);
  const asks = proposals.data?.asks ?? [];
  const asked = (field: string) => asks.some((ask) => ask.field === field);
  const marks: Mark[] = (last?.injections ?? []).map((injection) => ({
    muscle: injection.muscle,
    side: injection.side ?? null,
    text: injection.sites == null ? "–" : String(injection.sites),
    tone: "plain",
    sites: sitesOf(injection.positions),
    words: units(injection.units),
  }));
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Since last time")}</h1>
          <p className="soft">
            {last
              ? t("{n} weeks since {date}: {units} {product}", {
                  n: weeks ?? 0,
                  date: shown(last.date),
                  units: units(total(last)),
                  product: last.product,
                })
              : t("No session here yet.")}
          </p>
        </div>
        <Link href={`/patients/${id}/plan`} className="btn btn--main">
          {t("Plan a session")}
        </Link>
      </div>
      <div className="since-grid">
        <section className="card" aria-labelledby="given-title">
          <h2 id="given-title">{t("What was injected where")}</h2>
          <BodyMap
            marks={marks}
            regions={regions.data ?? {}}
            lit={lit}
            onLight={setLit}
            view={view}
            onView={setView}
          />
          {last && <GivenTable session={last} onLight={setLit} />}
        </section>
        <div className="stack">
          <section className="card" aria-labelledby="course-title">
            <h2 id="course-title">{t("The course since then")}</h2>
            <Timeline chart={chart} curve={forecast.curve} pending={forecast.isPending} start="cycle" />
          </section>
          <div className="two-up">
            <section className="card" aria-labelledby="goal-title">
              <h2 id="goal-title">{t("The patient's own words")}</h2>
              <p>{goal ? `“${goal.text}”` : <Unknown word={t("no goal asked yet")} />}</p>
              <ul className="words-list soft small">
                {notes.map((entry) => (
                  <li key={entry.date}>
                    {shown(entry.date)}: “{entry.note}”
                  </li>
                ))}
              </ul>
            </section>
            <section className="card" aria-labelledby="effects-title">
              <h2 id="effects-title">{t("Side effects")}</h2>
              {symptoms.length === 0 && <Empty>{t("None reported since then.")}</Empty>}
              <ul className="words-list">
                {symptoms.map((symptom, index) => (
                  <li key={`${symptom.date}-${index}`}>
                    <strong>{coded(symptom.symptom)}</strong>, {t(symptom.seriousness)}
                    <span className="soft small">
                      {" "}
                      · {shown(symptom.date)}
                      {symptom.resolved
                        ? `, ${t("over after {n} days", { n: daysBetween(symptom.date, symptom.resolved) })}`
                        : `, ${t("not over")}`}
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          </div>
          <HeadAnglesCard rows={(chart.head_angles ?? []).filter((row) => since(row.date))} />
          <div className="two-up">
            <ForecastCard
              id={id}
              curve={forecast.curve}
              error={forecast.error}
              pending={forecast.isPending}
            />
            <section className="card" aria-labelledby="ask-title">
              <h2 id="ask-title">{t("What to ask")}</h2>
              <ul className="bullets">
                {asks.map((ask, index) => (
                  <li key={index}>{askText(ask)}</li>
                ))}
                {chart.patient.exposure_history !== "known" && !asked("patient.exposure_history") && (
                  <li>{t("Any botulinum toxin elsewhere, for anything?")}</li>
                )}
                {symptoms.some((s) => !s.resolved) && !asked("symptoms") && (
                  <li>{t("Is the side effect over?")}</li>
                )}
                {!goal && <li>{t("What should get better, in the patient's words?")}</li>}
                <li>{t("When did it begin to work, when was it best, when did it fade?")}</li>
              </ul>
            </section>
          </div>
        </div>
      </div>
    </main>
  );
}
