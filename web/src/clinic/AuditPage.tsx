/** The record's own proof: is the chain whole, and what was written and read last. */
import { useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import { clock, shown } from "../numbers/dates";
import { Icon } from "../shared/Icon";
import { Failed, Loading } from "../shared/states";
import { coded } from "../words/names";
import { Alerts } from "./Alerts";
import { t } from "../words/words";
import { useTitle } from "../shared/useTitle";

interface Verification {
  ok: boolean;
  /** The events alone; `ok` is the tables beside them too. */
  chain: boolean;
  events: number;
  head: string | null;
  problem?: string | null;
}

interface AuditEvent {
  id?: string | number;
  number?: number;
  at?: string;
  kind: string;
  by?: string | null;
  who?: string | null;
  actor?: string | null;
  patient_id?: string | null;
  patient?: string | null;
  reason?: string | null;
}

function verdict(found: Verification): string {
  if (found.ok) return t("The chain is whole: {n} events verified.", { n: found.events });
  if (found.chain)
    return t("The chain is whole, but something beside it was changed. Call the administrator.");
  return t("The chain is broken. Keep the file as it is and call the administrator.");
}

export function AuditPage() {
  useTitle("Audit");
  const verification = useQuery({
    queryKey: ["audit", "verify"],
    queryFn: () => get<Verification>("/api/audit/verify"),
  });
  const events = useQuery({
    queryKey: ["audit", "events"],
    queryFn: () =>
      get<{ events?: AuditEvent[]; rows?: AuditEvent[] } | AuditEvent[]>("/api/audit/events?limit=100"),
  });
  const rows = Array.isArray(events.data) ? events.data : (events.data?.events ?? events.data?.rows ?? []);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Audit")}</h1>
          <p className="soft">
            {t(
              "Every entry, signature and reading of a chart is an event in one chain; none can be changed unseen.",
            )}
          </p>
        </div>
      </div>
      <Alerts />
      {verification.isPending && <Loading what={t("the verification")} tall={80} />}
      {verification.isError && (
        <Failed error={verification.error} again={() => void verification.refetch()} />
      )}
      {verification.data && (
        <div
          className={verification.data.ok ? "note-box note-box--good" : "note-box note-box--stop"}
          role="status"
        >
          <Icon name={verification.data.ok ? "good" : "stop"} />
          <div>
            <strong>{verdict(verification.data)}</strong>
            {!verification.data.ok && <p className="small">{verification.data.problem}</p>}
            <p className="small">
              {t("Head")}: <code className="hash">{verification.data.head ?? t("unknown")}</code>
            </p>
          </div>
        </div>
      )}
      {events.isError && <Failed error={events.error} again={() => void events.refetch()} />}
      {rows.length > 0 && (
        <div className="card">
          <h2 id="events-title">{t("Latest events")}</h2>
          <div className="scroll-x" tabIndex={0} role="region" aria-label={t("Latest events")}>
            <table className="data-table">
              <thead>
                <tr>
                  <th scope="col">{t("When")}</th>
                  <th scope="col">{t("Who")}</th>
                  <th scope="col">{t("What")}</th>
                  <th scope="col">{t("Patient")}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((event, index) => (
                  <tr key={event.id ?? event.number ?? index}>
                    <td className="figures nowrap">
                      {event.at ? `${shown(event.at)} ${clock(event.at)}` : t("unknown")}
                    </td>
                    <td>{event.by ?? event.who ?? event.actor ?? t("unknown")}</td>
                    <td>
                      {coded(event.kind)}
                      {event.reason ? <span className="soft"> · {event.reason}</span> : null}
                    </td>
                    <td className="figures">{event.patient_id ?? event.patient ?? "–"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
    </main>
  );
}
