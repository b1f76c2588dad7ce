/** Where a plan starts: last session, a proposal with its reasons, or a blank one. Choosing changes nothing in the record. */
import type { Proposal, Proposals } from "../api/queries";
import type { Plan } from "../api/types";
import { sum } from "../numbers/decimal";
import { shown } from "../numbers/dates";
import { units } from "../numbers/format";
import { Icon } from "../shared/Icon";
import { t } from "../words/words";
import { LEVEL } from "./findings";

export function reasonText(reason: string | Record<string, unknown>): string {
  if (typeof reason === "string") return reason;
  for (const name of ["statement", "text", "message", "reason", "ask", "question", "title"]) {
    const value = reason[name];
    if (typeof value === "string") return value;
  }
  return Object.values(reason)
    .filter((value) => typeof value === "string")
    .join(": ");
}

const totalOf = (plan: Plan) => sum(plan.injections.map((injection) => injection.units));

interface Props {
  proposals: Proposals | null;
  error: Error | null;
  lastDate: string | null;
  lastPlan: Plan | null;
  origin: string | null;
  onPlan: (plan: Plan, origin: string, proposal?: Proposal) => void;
  onBlank: () => void;
}

export function StartFrom({ proposals, error, lastDate, lastPlan, origin, onPlan, onBlank }: Props) {
  const options = (proposals?.proposals ?? []).filter((proposal) => proposal.id !== "repeat_last");
  return (
    <section className="card start-card" aria-labelledby="start-title">
      <h2 id="start-title">{t("Start from")}</h2>
      <div className="starts">
        {lastPlan && (
          <button
            type="button"
            className="start"
            aria-pressed={origin === "repeat_last"}
            onClick={() => onPlan(lastPlan, "repeat_last")}
          >
            <span className="start-title">
              <Icon name="repeat" />
              {t("Repeat last session")}
            </span>
            <span className="soft small">
              {lastDate ? `${shown(lastDate)} · ` : ""}
              {units(totalOf(lastPlan))} {lastPlan.product}
            </span>
          </button>
        )}
        {options.map((proposal) => {
          const worst = (["error", "warning"] as const).find((level) =>
            proposal.findings?.some((finding) => finding.severity === level),
          );
          return (
            <div key={proposal.id} className="start-box">
              <button
                type="button"
                className="start"
                aria-pressed={origin === proposal.id}
                onClick={() => onPlan(proposal.plan, proposal.id, proposal)}
              >
                <span className="start-title">
                  <Icon name="pen" />
                  {proposal.title}
                </span>
                <span className="soft small">
                  {units(totalOf(proposal.plan))} {proposal.plan.product}
                  {worst ? ` · ${t(LEVEL[worst].word)}` : ""}
                </span>
              </button>
              {proposal.reasons.length > 0 && (
                <details className="dose-reasons">
                  <summary>{t("Why")}</summary>
                  <ul>
                    {proposal.reasons.map((reason, index) => (
                      <li key={index}>{reasonText(reason)}</li>
                    ))}
                  </ul>
                </details>
              )}
            </div>
          );
        })}
        <button type="button" className="start" aria-pressed={origin === "blank"} onClick={onBlank}>
          <span className="start-title">
            <Icon name="plus" />
            {t("Blank plan")}
          </span>
          <span className="soft small">{t("add muscles by typing, map or ranking")}</span>
        </button>
      </div>
      {error && <p className="hint">{t("No proposals: {reason}", { reason: error.message })}</p>}
      {(proposals?.asks.length ?? 0) > 0 && (
        <div className="asks">
          <h3>{t("Ask first")}</h3>
          <ul>
            {proposals!.asks.map((ask, index) => (
              <li key={index}>{reasonText(ask)}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
