/** What the plan would do by the model: asked for by a press, since it explains and does not decide. */
import { useEffect, useRef, useState } from "react";
import type { Plan } from "../api/types";
import { Failed } from "../shared/states";
import { coded, muscleWord } from "../words/names";
import { t } from "../words/words";
import "../styles/simulation.css";
import { ChangeBeside, Posture, SideEffectTable } from "./Consequences";
import { MuscleCurves } from "./MuscleCurves";
import { NeckSlice } from "./NeckSlice";
import { percent, simulate, type Reached, type Simulation } from "./simulation";

interface Done {
  told: Simulation;
  of: string;
  plan: Plan;
}

/** Only what the model reads: a new lot or a note does not make an answer old. */
const essence = (plan: Plan) => JSON.stringify([plan.product, plan.injections]);

export function WhatIf({ plan }: { plan: Plan }) {
  const [done, setDone] = useState<Done | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const run = () => {
    abort.current?.abort();
    abort.current = new AbortController();
    setBusy(true);
    setError(null);
    simulate(plan, abort.current.signal)
      .then((told) => setDone({ told, of: essence(plan), plan }))
      .catch((reason: unknown) => {
        if (!(reason instanceof DOMException && reason.name === "AbortError")) setError(reason);
      })
      .finally(() => setBusy(false));
  };
  // Opened means asked for: the first answer comes without another press.
  const first = useRef(true);
  useEffect(() => {
    if (first.current) run();
    first.current = false;
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const old = done !== null && done.of !== essence(plan);
  return (
    <div className="stack" aria-busy={busy}>
      <div className="row row--between">
        <p className="hint" role="status">
          {busy
            ? t("Simulating")
            : old
              ? t("The plan changed since: this is an earlier version of it.")
              : done
                ? t("Explains; not a measurement of this patient.")
                : ""}
        </p>
        {(old || error !== null) && (
          <button type="button" className="btn btn--small" onClick={run} disabled={busy}>
            {t("Simulate again")}
          </button>
        )}
      </div>
      {error !== null && <Failed error={error} />}
      {busy && !done && <div className="skeleton slice-wait" />}
      {done && <Answer done={done} />}
    </div>
  );
}

function Answer({ done }: { done: Done }) {
  const { told, plan } = done;
  const risks = [...told.spread].sort((a, b) => b.q975 - a.q975);
  const inNeck = told.muscles.length > 0 && risks.length > 0;
  return (
    <>
      <div className={inNeck ? "whatif-grid" : undefined}>
        {told.muscles.length > 0 && (
          <section aria-labelledby="weakness-title">
            <h3 id="weakness-title">{t("Weakness over time")}</h3>
            <MuscleCurves told={told} />
          </section>
        )}
        {inNeck && (
          <section aria-labelledby="slice-title">
            <h3 id="slice-title">{t("Where it lies")}</h3>
            <NeckSlice plan={plan} />
          </section>
        )}
      </div>
      {inNeck && <Surroundings risks={risks} near={told.neighbours} />}
      <div className="whatif-grid">
        <Posture joints={told.joints} />
        <SideEffectTable chances={told.side_effects} />
      </div>
      {told.muscles.length > 0 && <ChangeBeside plan={plan} key={done.of} />}
      {told.not_simulated.length > 0 && (
        <ul className="hint">
          {told.not_simulated.map((one) => (
            <li key={`${one.muscle} ${one.side}`}>
              {t("Not simulated")}: {muscleWord(one.muscle, one.side)}, {one.reason}
            </li>
          ))}
        </ul>
      )}
      <details className="dose-reasons">
        <summary>{t("Assumptions and sources")}</summary>
        <ul>
          <li>
            {t(
              "Onset by the published model: half of the tension gone after {a} days, nine tenths after {b}.",
              {
                a: told.onset.days_to_half,
                b: told.onset.days_to_tenth,
              },
            )}
          </li>
          {told.assumptions.map((line) => (
            <li key={line}>{line}</li>
          ))}
          <li>{told.note}</li>
          <li>
            {told.model}; {t("{n} draws of the parameters", { n: told.draws })};{" "}
            {told.sources
              .map(
                (one) =>
                  `${one.key} (${coded(one.grade)}, ${one.checked ? t("number seen in the source") : t("number not seen in the source")})`,
              )
              .join("; ")}
          </li>
        </ul>
      </details>
    </>
  );
}

function Surroundings({ risks, near }: { risks: readonly Reached[]; near: readonly Reached[] }) {
  return (
    <section aria-labelledby="reached-title">
      <h3 id="reached-title">{t("What it may reach")}</h3>
      <div className="whatif-grid">
        <ReachedTable title={t("Structures at risk")} rows={risks} />
        <ReachedTable title={t("Muscles beside")} rows={near} />
      </div>
    </section>
  );
}

function ReachedTable({ title, rows }: { title: string; rows: readonly Reached[] }) {
  return (
    <table className="data-table">
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col" className="num">
            {t("Blocked at most")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            <th scope="row">
              {muscleWord(row.structure, row.side)}
              {row.effect && <span className="hint"> ({t(row.effect)})</span>}
            </th>
            <td className="num">
              {percent(row.peak_block)}
              <span className="hint">
                {" "}
                {t("({low} to {high})", { low: percent(row.q025), high: percent(row.q975) })}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
