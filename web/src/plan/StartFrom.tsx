/** Where a plan starts: last session, a proposal with its reasons, or a blank one. Choosing changes nothing in the record. */
import { useState } from "react";
import type { KeptDraft, Proposal, Proposals } from "../api/queries";
import type { Plan } from "../api/types";
import { sum } from "../numbers/decimal";
import { clock, shown } from "../numbers/dates";
import { change, number, units } from "../numbers/format";
import { Icon } from "../shared/Icon";
import { muscleWord } from "../words/names";
import { t } from "../words/words";
import { EnglishBelow } from "../shared/states";
import { LEVEL } from "./findings";
import { askText } from "./asks";
import { changesOf, effectOf, type Effect } from "./options";
import {
  anyEnglish,
  reasonOfMuscle,
  reasonsByMuscle,
  reasonsOfSession,
  reasonText,
  type Told,
} from "./reasons";

const totalOf = (plan: Plan) => sum(plan.injections.map((injection) => injection.units));

interface Props {
  proposals: Proposals | null;
  pending: boolean;
  error: Error | null;
  lastDate: string | null;
  lastPlan: Plan | null;
  origin: string | null;
  onPlan: (plan: Plan, origin: string, proposal?: Proposal) => void;
  onBlank: (product?: string) => void;
  /** Offered where no session says which product this patient gets. */
  products: readonly string[];
  onDiscard: () => void;
  /** Plans that the server keeps for this patient. */
  kept: readonly KeptDraft[];
  onKept: (kept: KeptDraft) => void;
  /** Brings back the draft that the last press replaced; null when there is none. */
  onUndo: (() => void) | null;
}

export function StartFrom(props: Props) {
  const { proposals, pending, error, lastDate, lastPlan, origin, onPlan, onBlank, onDiscard, products } =
    props;
  const { kept, onKept, onUndo } = props;
  const options = (proposals?.proposals ?? []).filter((proposal) => proposal.id !== "repeat_last");
  const [wanted, setWanted] = useState(false);
  const meaning = options.map((one) => effectOf(one)?.meaning).find(Boolean);
  // Once there is a draft the doses matter; the options fold away until they are asked for.
  const open = origin === null || wanted;
  const begun = options.find((one) => one.id === origin);
  return (
    <section className="card start-card" aria-labelledby="start-title">
      <h2 id="start-title" className="unseen">
        {t("Start from")}
      </h2>
      <div className="starts">
        {kept.map((one) => (
          <button key={one.draft_id} type="button" className="start" onClick={() => onKept(one)}>
            <span className="start-title">
              <Icon name="pen" />
              {t("Go on with the plan of {name}", { name: one.by })}
            </span>
            <span className="soft small">
              {shown(one.at)} {clock(one.at)} · {units(totalOf(one.plan))} {one.plan.product}
            </span>
          </button>
        ))}
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
        <button type="button" className="start" aria-pressed={origin === "blank"} onClick={() => onBlank()}>
          <span className="start-title">
            <Icon name="plus" />
            {t("Blank plan")}
          </span>
          <span className="soft small">{t("add muscles by typing, map or ranking")}</span>
        </button>
        {origin === null && products.length > 0 && (
          <div className="field start-product">
            <label htmlFor="start-product">{t("Begin with a product")}</label>
            <select
              id="start-product"
              className="select"
              value=""
              onChange={(event) => event.target.value && onBlank(event.target.value)}
            >
              <option value="">{t("Choose")}</option>
              {products.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </div>
        )}
        <div className="starts-end row">
          {/* Said where the button for the options comes, so that nothing moves under the pointer when they arrive. */}
          {origin !== null && pending && <span className="hint">{t("Looking for proposals")}</span>}
          {origin !== null && options.length > 0 && (
            <button
              type="button"
              className="btn btn--small"
              aria-expanded={open}
              onClick={() => setWanted(!wanted)}
            >
              <Icon name="down" />
              {begun ? `${t(begun.title)} · ` : ""}
              {t("Compare {n} options", { n: options.length })}
            </button>
          )}
          {onUndo && (
            <button type="button" className="btn btn--small" onClick={onUndo}>
              <Icon name="repeat" />
              {t("Undo")}
            </button>
          )}
          {origin !== null && (
            <button type="button" className="btn btn--quiet btn--small" onClick={onDiscard}>
              {t("Discard this draft")}
            </button>
          )}
        </div>
      </div>
      {open && options.length > 0 && (
        <>
          <div className="options">
            {options.map((proposal) => (
              <Option
                key={proposal.id}
                proposal={proposal}
                last={lastPlan}
                pressed={origin === proposal.id}
                onPlan={(...chosen) => {
                  setWanted(false);
                  onPlan(...chosen);
                }}
              />
            ))}
          </div>
          {meaning && <p className="hint">{t(meaning)}</p>}
        </>
      )}
      {/* As tall as the options will be: the map and the doses below are in use by then. */}
      {origin === null && pending && <p className="hint options-room">{t("Looking for proposals")}</p>}
      {error && <p className="hint">{t("No proposals: {reason}", { reason: error.message })}</p>}
      {(proposals?.asks.length ?? 0) > 0 && (
        <div className="asks">
          <h3>{t("Ask first")}</h3>
          <ul>
            {proposals!.asks.map((ask, index) => (
              <li key={index}>{askText(ask)}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

interface OptionProps {
  proposal: Proposal;
  last: Plan | null;
  pressed: boolean;
  onPlan: Props["onPlan"];
}

function Option({ proposal, last, pressed, onPlan }: OptionProps) {
  const worst = (["error", "warning"] as const).find((level) =>
    proposal.findings?.some((finding) => finding.severity === level),
  );
  const all = totalOf(proposal.plan);
  const shift = last && last.product === proposal.plan.product ? change(totalOf(last), all) : null;
  const effect = effectOf(proposal);
  return (
    <div className="start-box">
      <button
        type="button"
        className="start"
        aria-pressed={pressed}
        onClick={() => onPlan(proposal.plan, proposal.id, proposal)}
      >
        <span className="start-title">
          <Icon name="pen" />
          {t(proposal.title)}
        </span>
        <span className="soft small">
          {units(all)} {proposal.plan.product}
          {shift ? ` (${shift})` : ""}
          {worst ? ` · ${t(LEVEL[worst].word)}` : ""}
        </span>
        {effect && <Relief effect={effect} />}
      </button>
      <Changes plan={proposal.plan} last={last} />
      {proposal.reasons.length > 0 && <Why proposal={proposal} />}
    </div>
  );
}

/** What is true of the session first, then of each muscle. */
function Why({ proposal }: { proposal: Proposal }) {
  const byMuscle = reasonsByMuscle(proposal, proposal.plan);
  const list = (reasons: readonly Told[], text: (reason: Told) => string) => (
    <ul>
      {reasons.map((reason, index) => (
        <li key={index}>{text(reason)}</li>
      ))}
    </ul>
  );
  return (
    <details className="dose-reasons">
      <summary>{t("Why")}</summary>
      {anyEnglish(proposal.reasons) && <EnglishBelow />}
      {list(reasonsOfSession(proposal), reasonText)}
      {proposal.plan.injections.map(({ muscle, side }) => {
        const own = byMuscle[`${muscle} ${side ?? "midline"}`];
        return (
          own && (
            <div key={`${muscle} ${side}`}>
              <strong>{muscleWord(muscle, side)}</strong>
              {list(own, reasonOfMuscle)}
            </div>
          )
        );
      })}
    </details>
  );
}

/** Median and range of the planner's index; for comparing options only, which the line below them says. */
function Relief({ effect }: { effect: Effect }) {
  const percent = (value: number) => `${Math.round(value * 100)} %`;
  return (
    <span className="relief">
      <svg className="meter meter--chance" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect className="meter-ground" width={100} height={8} rx={3} />
        <rect
          className="meter-range"
          x={effect.low * 100}
          width={Math.max(1, (effect.high - effect.low) * 100)}
          height={8}
        />
        <rect className="meter-mark" x={Math.min(98, effect.relief * 100 - 1)} width={2} height={8} />
      </svg>
      <span className="small figures">
        {t("relief index {p} ({low} – {high})", {
          p: percent(effect.relief),
          low: percent(effect.low),
          high: percent(effect.high),
        })}
        {effect.risk !== null && ` · ${t("risk index {p}", { p: percent(effect.risk) })}`}
      </span>
    </span>
  );
}

const MOST_CHANGES = 4;

function Changes({ plan, last }: { plan: Plan; last: Plan | null }) {
  const changes = changesOf(plan, last);
  if (changes === null) return null;
  if (changes.length === 0) return <p className="hint">{t("as last time")}</p>;
  return (
    <ul className="option-changes small figures">
      {changes.slice(0, MOST_CHANGES).map((one) => (
        <li key={`${one.muscle} ${one.side}`}>
          {muscleWord(one.muscle, one.side)}{" "}
          <span className="nowrap">
            {one.before === null ? t("new") : number(one.before)} →{" "}
            <strong>{one.after === null ? t("left out") : number(one.after)}</strong>
          </span>
        </li>
      ))}
      {changes.length > MOST_CHANGES && (
        <li className="soft">{t("and {n} more", { n: changes.length - MOST_CHANGES })}</li>
      )}
    </ul>
  );
}
