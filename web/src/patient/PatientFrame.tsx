/** The patient banner, always in view, and the pages of one patient. */
import { Suspense } from "react";
import { Link } from "wouter";
import { ApiError } from "../api/client";
import { useChart } from "../api/queries";
import type { Chart } from "../api/types";
import { age, shown, today } from "../numbers/dates";
import { number } from "../numbers/format";
import { Boundary, part } from "../shared/part";
import { Failed, Loading, Unknown } from "../shared/states";
import { intoView } from "../shared/intoView";
import { useTitle } from "../shared/useTitle";
import { coded, fullName } from "../words/names";
import { t } from "../words/words";
import { PlanPage } from "../plan/PlanPage";
import { SessionPage } from "../session/SessionPage";
import { AssessPage } from "./AssessPage";
import { BreakGlass } from "./BreakGlass";
import { ChartPage } from "./ChartPage";
import { FollowUpPage } from "./FollowUpPage";
import { SheetPage } from "./SheetPage";
import { SincePage } from "./SincePage";

// Large for everybody and used by few: fetched when it is opened.
const EmgPage = part(async () => ({ default: (await import("../emg/EmgPage")).EmgPage }));

const ApprovePage = part(async () => ({ default: (await import("./ApprovePage")).ApprovePage }));
const VisitPage = part(async () => ({ default: (await import("./VisitPage")).VisitPage }));
const HistoryPage = part(async () => ({ default: (await import("./HistoryPage")).HistoryPage }));
const PayerPage = part(async () => ({ default: (await import("./PayerPage")).PayerPage }));

const PAGES = [
  ["chart", "Chart"],
  ["since", "Since last time"],
  ["assess", "Assess"],
  ["plan", "Plan"],
  ["session", "Session"],
  ["follow-up", "Follow-up"],
] as const;

/** Pages without a tab of their own, and the tab they belong to. */
const OTHERS: Record<string, string> = {
  emg: "EMG recording",
  approve: "Approve as the second person",
  visit: "Visit report",
  payer: "Packet for the payer",
  sheet: "Printed sheet",
  history: "History",
};
const TAB_OF: Record<string, string> = {
  emg: "assess",
  approve: "session",
  visit: "chart",
  payer: "follow-up",
  sheet: "chart",
  history: "chart",
};

export function PatientFrame({ id, page }: { id: string; page: string }) {
  const chart = useChart(id);
  const label = OTHERS[page] ?? PAGES.find(([name]) => name === page)?.[1] ?? "Chart";
  useTitle(label);
  if (chart.isPending) return <Loading what={t("the chart")} tall={500} />;
  // A chart that is on the screen stays there when the line breaks or the sign-in ends; one that was closed goes.
  if (chart.isError && (!chart.data || (chart.error instanceof ApiError && chart.error.status === 403)))
    return (
      <main className="page" id="main">
        <h1>{t("This chart cannot be shown")}</h1>
        <Failed error={chart.error} again={() => void chart.refetch()} />
        {chart.error instanceof ApiError && chart.error.status === 403 && (
          <BreakGlass id={id} onOpen={() => void chart.refetch()} />
        )}
      </main>
    );
  return (
    <>
      <Banner chart={chart.data} id={id} page={page} />
      <Boundary at={page} page>
        <Suspense fallback={<Loading what={t("the page")} tall={400} />}>
          <Page id={id} page={page} chart={chart.data} />
        </Suspense>
      </Boundary>
    </>
  );
}

function Page({ id, page, chart }: { id: string; page: string; chart: Chart }) {
  switch (page) {
    case "since":
      return <SincePage id={id} chart={chart} />;
    case "assess":
      return <AssessPage id={id} chart={chart} />;
    case "emg":
      return <EmgPage id={id} chart={chart} />;
    case "plan":
      return <PlanPage id={id} chart={chart} />;
    case "session":
      return <SessionPage id={id} chart={chart} />;
    case "follow-up":
      return <FollowUpPage id={id} chart={chart} />;
    case "approve":
      return <ApprovePage id={id} />;
    case "visit":
      return <VisitPage id={id} chart={chart} />;
    case "payer":
      return <PayerPage id={id} chart={chart} />;
    case "history":
      return <HistoryPage id={id} />;
    case "sheet":
      return <SheetPage id={id} chart={chart} />;
    default:
      return <ChartPage id={id} chart={chart} />;
  }
}

function Banner({ chart, id, page }: { chart: Chart; id: string; page: string }) {
  const person = chart.patient;
  const allergies = chart.risks.filter((risk) => /allergy|hypersensitivity/.test(risk));
  return (
    <div className="banner">
      <div className="banner-in">
        <section className="banner-facts" aria-label={t("Patient")}>
          <strong>{fullName(person)}</strong>
          <span className="fact">
            <span>{t("born")}</span>
            {person.birth_date ? (
              `${shown(person.birth_date)} (${age(person.birth_date, today())} ${t("years")})`
            ) : (
              <Unknown />
            )}
          </span>
          <span className="fact">
            <span>{t("id")}</span>
            {person.id}
          </span>
          <span className="fact">
            <span>{t("weight")}</span>
            {person.weight_kg ? `${number(person.weight_kg)} kg` : <Unknown />}
          </span>
          <span className="fact">
            <span>{t("allergies")}</span>
            {allergies.length ? <strong>{allergies.map(coded).join(", ")}</strong> : t("none recorded")}
          </span>
          <span className="fact">
            <span>{t("toxin elsewhere")}</span>
            {chart.patient.exposure_history === "known" ? (
              t("history complete")
            ) : (
              <strong>{t("not known to be complete")}</strong>
            )}
          </span>
        </section>
        <nav aria-label={t("Patient pages")}>
          <ul className="tabs">
            {PAGES.map(([name, label]) => (
              <li key={name}>
                <Link
                  href={`/patients/${id}/${name}`}
                  className="nav-link"
                  {...((TAB_OF[page] ?? page) === name
                    ? { "aria-current": "page" as const, ref: intoView }
                    : {})}
                >
                  {t(label)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </div>
  );
}
