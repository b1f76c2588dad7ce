/** The printed sheet of one session: black on white, tick boxes, map, doses with lots, and the record's head hash. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../api/client";
import { useRegions } from "../api/queries";
import type { Chart } from "../api/types";
import { BodyMap } from "../map/BodyMap";
import type { Mark } from "../map/mark";
import { sitesOf, viewOfSites } from "../map/sites";
import { viewFor } from "../map/views";
import { age, clock, shown } from "../numbers/dates";
import { millilitres, units } from "../numbers/format";
import { Icon } from "../shared/Icon";
import { total } from "../timeline/lanes";
import { coded, fullName, sideWord } from "../words/names";
import { t } from "../words/words";

export function SheetPage({ id, chart }: { id: string; chart: Chart }) {
  const wanted = new URLSearchParams(location.search).get("session");
  const session = chart.sessions.find((s) => s.id === wanted) ?? chart.sessions.at(-1);
  const regions = useRegions();
  const audit = useQuery({
    queryKey: ["audit", "head"],
    queryFn: () => get<{ head: string | null }>("/api/audit/head"),
    retry: false,
  });
  const [view, setView] = useState(
    () =>
      viewOfSites((session?.injections ?? []).map((one) => sitesOf(one.positions))) ??
      viewFor(session?.indication),
  );
  if (!session)
    return (
      <main className="page" id="main">
        <h1>{t("Printed sheet")}</h1>
        <p>{t("No session here yet.")}</p>
      </main>
    );
  const person = chart.patient;
  // What is signed was given: boxes to tick belong to what is still to be done.
  const given = Boolean(session.signed_by);
  const vials = session.reconstitution?.vials ?? [];
  const marks: Mark[] = session.injections.map((injection) => ({
    muscle: injection.muscle,
    side: injection.side ?? null,
    text: injection.sites == null ? "–" : String(injection.sites),
    tone: "plain",
    sites: sitesOf(injection.positions),
    words: units(injection.units),
  }));
  return (
    <main className="page" id="main">
      <div className="row row--between no-print">
        <h1>{t("Printed sheet")}</h1>
        <div className="row">
          <a className="btn" href={`/patients/${id}/chart`}>
            {t("Back to the chart")}
          </a>
          <button type="button" className="btn btn--main" onClick={() => window.print()}>
            <Icon name="print" />
            {t("Print")}
          </button>
        </div>
      </div>
      <Files id={id} session={session.id ?? null} />
      <article className="sheet" data-theme="light">
        <header>
          <h2>{t("Injection session of {date}", { date: shown(session.date) })}</h2>
          <p>
            <strong>{fullName(person)}</strong> · {t("born")}{" "}
            {person.birth_date
              ? `${shown(person.birth_date)} (${age(person.birth_date, session.date)} ${t("years")})`
              : t("unknown")}{" "}
            · {t("id")} {person.id}
          </p>
          <p>
            {coded(session.indication)} · <strong>{units(total(session))}</strong> {session.product}
          </p>
        </header>
        <div className="sheet-grid">
          <div className="scroll-x" tabIndex={0} role="region" aria-label={t("Injections")}>
            <table>
              <thead>
                <tr>
                  {!given && <th scope="col">{t("Done")}</th>}
                  <th scope="col">{t("Muscle")}</th>
                  <th scope="col">{t("Patient's side")}</th>
                  <th scope="col" className="num">
                    {t("Dose")}
                  </th>
                  <th scope="col" className="num">
                    {t("Sites")}
                  </th>
                  <th scope="col" className="num">
                    {t("Volume")}
                  </th>
                  <th scope="col">{t("Lot")}</th>
                </tr>
              </thead>
              <tbody>
                {session.injections.map((injection, index) => (
                  <tr key={`${injection.muscle}-${index}`}>
                    {!given && (
                      <td>
                        <span className="unseen">{t("given")}</span>
                        <span className="tick-box" />
                      </td>
                    )}
                    <td>{coded(injection.muscle)}</td>
                    <td>
                      <strong>{sideWord(injection.side)}</strong>
                    </td>
                    <td className="num">{units(injection.units)}</td>
                    <td className="num">{injection.sites ?? t("unknown")}</td>
                    <td className="num">
                      {injection.volume_ml ? millilitres(injection.volume_ml) : t("unknown")}
                    </td>
                    <td>{injection.lot ?? t("unknown")}</td>
                  </tr>
                ))}
                {(session.skipped ?? []).map((skip) => (
                  <tr key={`skip-${skip.muscle}-${skip.side}`}>
                    {!given && <td>–</td>}
                    <td>{coded(skip.muscle)}</td>
                    <td>{sideWord(skip.side)}</td>
                    <td colSpan={4}>
                      {t("not given")}: {skip.reason}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <BodyMap marks={marks} regions={regions.data ?? {}} lit={null} view={view} onView={setView} />
        </div>
        <footer className="small">
          {vials.map((vial, index) => (
            <p key={index}>
              {t("Vial {n}", { n: index + 1 })}: {units(vial.units)},{" "}
              {t("diluent {ml}, lot {lot}, expires {date}", {
                ml: vial.diluent_ml ? millilitres(vial.diluent_ml) : t("unknown"),
                lot: vial.lot ?? t("unknown"),
                date: vial.expires ? shown(vial.expires) : t("unknown"),
              })}
            </p>
          ))}
          <p>
            {session.signed_by ? t("Signed by {name}", { name: session.signed_by }) : t("Not signed")}
            {session.signed_at && `, ${shown(session.signed_at)} ${clock(session.signed_at)}`}
          </p>
          <p>
            {t("Record")}: <code className="hash">{audit.data?.head ?? t("unknown")}</code>
          </p>
          <p>
            {t("Decision support for licensed clinicians. Not a medical device; not validated in patients.")}
          </p>
        </footer>
      </article>
    </main>
  );
}

/** The server's PDFs: they carry the head of the record as it is at that moment. */
function Files({ id, session }: { id: string; session: string | null }) {
  const [to, setTo] = useState("");
  const base = `/api/patients/${encodeURIComponent(id)}/sheets`;
  return (
    <section className="card form-line no-print" aria-label={t("Files to print or send")}>
      <a className="btn" href={`${base}/patient.pdf`} download="patient-page.pdf">
        <Icon name="print" />
        {t("Patient's page (PDF)")}
      </a>
      {session && (
        <>
          <div className="field">
            <label htmlFor="letter-to">{t("Letter to")}</label>
            <input
              id="letter-to"
              className="input"
              autoComplete="off"
              maxLength={200}
              placeholder={t("name of the referring doctor")}
              value={to}
              onChange={(event) => setTo(event.target.value)}
            />
          </div>
          {to.trim().length > 1 ? (
            <a
              className="btn"
              href={`${base}/letter.pdf?session=${encodeURIComponent(session)}&to=${encodeURIComponent(to.trim())}`}
              download="letter.pdf"
            >
              <Icon name="print" />
              {t("Letter (PDF)")}
            </a>
          ) : (
            <span className="hint">{t("Type a name for the letter.")}</span>
          )}
        </>
      )}
    </section>
  );
}
