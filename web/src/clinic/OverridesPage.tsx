/** How often a stop was overruled, by whom and why: alerts that are always overruled teach nobody anything. */
import { useQuery } from "@tanstack/react-query";
import { ApiError, get } from "../api/client";
import { clock, shown } from "../numbers/dates";
import { Empty, Failed, Loading } from "../shared/states";
import { useTitle } from "../shared/useTitle";
import { ruleWord } from "../plan/rules";
import { t } from "../words/words";

interface Override {
  at: string;
  by: string;
  patient_id: string;
  rule: string;
  subject: string;
  reason: string;
  second_person?: string | null;
}

interface Report {
  rows: Override[];
  signed?: number | null;
}

export function OverridesPage() {
  useTitle("Overrides");
  const report = useQuery({
    queryKey: ["overrides"],
    queryFn: () => get<Report>("/api/overrides"),
    retry: false,
  });
  const rows = report.data?.rows ?? [];
  const missing = report.error instanceof ApiError && [404, 503].includes(report.error.status);
  const rules = [...new Set(rows.map((row) => row.rule))]
    .map((rule) => ({ rule, n: rows.filter((row) => row.rule === rule).length }))
    .sort((a, b) => b.n - a.n);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Overrides")}</h1>
          <p className="soft">
            {t("Each limit that was gone over, with the reason given at the signature.")}
          </p>
        </div>
      </div>
      {report.isPending && <Loading what={t("the report")} tall={160} />}
      {missing ? (
        <Empty>{t("This server does not make the report yet. Each override stands in the audit.")}</Empty>
      ) : (
        report.isError && <Failed error={report.error} again={() => void report.refetch()} />
      )}
      {report.data && rows.length === 0 && <Empty>{t("No limit was ever overruled here.")}</Empty>}
      {rows.length > 0 && (
        <>
          <section className="card" aria-labelledby="rules-title">
            <h2 id="rules-title">{t("By rule")}</h2>
            <ul className="words-list">
              {rules.map(({ rule, n }) => (
                <li key={rule}>
                  <strong className="figures">{n}</strong> {ruleWord(rule)}
                </li>
              ))}
            </ul>
            {report.data?.signed != null && (
              <p className="hint">
                {t("{n} overrides in {m} signed sessions", { n: rows.length, m: report.data.signed })}
              </p>
            )}
          </section>
          <div className="card">
            <h2 id="each-title">{t("Each one")}</h2>
            <div className="scroll-x" tabIndex={0} role="region" aria-label={t("Each one")}>
              <table className="data-table">
                <thead>
                  <tr>
                    <th scope="col">{t("When")}</th>
                    <th scope="col">{t("Who")}</th>
                    <th scope="col">{t("Patient")}</th>
                    <th scope="col">{t("Rule")}</th>
                    <th scope="col">{t("Reason")}</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row, index) => (
                    <tr key={`${row.at}-${index}`}>
                      <td className="nowrap">
                        {shown(row.at)} {clock(row.at)}
                      </td>
                      <td>
                        {row.by}
                        {row.second_person && (
                          <p className="hint">{t("second person: {name}", { name: row.second_person })}</p>
                        )}
                      </td>
                      <td>{row.patient_id}</td>
                      <td>
                        {ruleWord(row.rule)}
                        <p className="hint">{row.subject}</p>
                      </td>
                      <td>{row.reason}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </div>
        </>
      )}
    </main>
  );
}
