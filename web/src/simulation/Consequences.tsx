/** Posture, side effects and a change beside the plan: small tables with their bands, each with what it rests on. */
import { useId, useRef, useState } from "react";
import type { Plan } from "../api/types";
import { Failed } from "../shared/states";
import { coded, muscleWord, words } from "../words/names";
import { t } from "../words/words";
import { type Case, CHANGES, compare, type JointChange, type SideEffectChance, turn } from "./consequences";
import { percent } from "./simulation";

export function Posture({ joints }: { joints: readonly JointChange[] }) {
  if (joints.length === 0) return null;
  return (
    <section aria-labelledby="joints-title">
      <h3 id="joints-title">{t("What it does to the posture")}</h3>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("Motion")}</th>
            <th scope="col" className="num">
              {t("Pull before")}
            </th>
            <th scope="col" className="num">
              {t("When weakest")}
            </th>
          </tr>
        </thead>
        <tbody>
          {joints.map((joint) => {
            const before = turn(joint.motion, joint.before_deg);
            const after = turn(joint.motion, joint.after_deg);
            const joined = words(joint.motion.split(".")[0] ?? "");
            return (
              <tr key={`${joint.motion} ${joint.side}`}>
                <th scope="row">{joined}</th>
                <td className="num">
                  {Math.round(before.degrees)}° {t(before.way)}
                </td>
                <td className="num">
                  {Math.round(after.degrees)}° {t(after.way)}
                  <span className="hint">
                    {" "}
                    {t("({low} to {high})", { low: Math.round(joint.q025), high: Math.round(joint.q975) })}
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="hint">
        {t(
          "Each injected muscle is taken to pull with a third of its strength: a direction and a size, no forecast.",
        )}
      </p>
    </section>
  );
}

export function SideEffectTable({ chances }: { chances: readonly SideEffectChance[] }) {
  if (chances.length === 0) return null;
  return (
    <section aria-labelledby="effects-title">
      <h3 id="effects-title">{t("Chance of side effects")}</h3>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("Side effect")}</th>
            <th scope="col" className="num">
              {t("Chance")}
            </th>
          </tr>
        </thead>
        <tbody>
          {chances.map((one) => (
            <tr key={one.effect}>
              <th scope="row">
                {words(one.effect)}
                <p className="hint">{one.anchor}</p>
              </th>
              <td className="num">
                {one.probability === null ? t("not told") : percent(one.probability)}
                {one.q025 !== null && one.q975 !== null && (
                  <span className="hint">
                    {" "}
                    {t("({low} to {high})", { low: percent(one.q025), high: percent(one.q975) })}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint">{t("One published frequency each, carried over by the model; wide on purpose.")}</p>
    </section>
  );
}

export function ChangeBeside({ plan }: { plan: Plan }) {
  const id = useId();
  const [what, setWhat] = useState<string>("");
  const [cases, setCases] = useState<readonly Case[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const abort = useRef<AbortController | null>(null);
  const choose = (change: string) => {
    setWhat(change);
    setError(null);
    abort.current?.abort();
    if (!change) {
      setCases(null);
      return;
    }
    abort.current = new AbortController();
    compare(plan, [change], abort.current.signal)
      .then((told) => setCases(told.cases))
      .catch((reason: unknown) => {
        if (!(reason instanceof DOMException && reason.name === "AbortError")) setError(reason);
      });
  };
  const [base, other] = cases ?? [];
  return (
    <section aria-labelledby="change-title">
      <h3 id="change-title">{t("What if")}</h3>
      <div className="field">
        <label htmlFor={id}>{t("One change of this plan")}</label>
        <select id={id} className="select" value={what} onChange={(event) => choose(event.target.value)}>
          <option value="">{t("none")}</option>
          {CHANGES.map((change) => (
            <option key={change.what} value={change.what}>
              {t(change.label)}
            </option>
          ))}
        </select>
      </div>
      {error !== null && <Failed error={error} />}
      {base && other && <Beside base={base} other={other} />}
    </section>
  );
}

function Beside({ base, other }: { base: Case; other: Case }) {
  return (
    <table className="data-table">
      <thead>
        <tr>
          <th scope="col">{t("Blocked at most")}</th>
          <th scope="col" className="num">
            {t("As planned")}
          </th>
          <th scope="col" className="num">
            {t("Then")}
          </th>
        </tr>
      </thead>
      <tbody>
        {base.muscles.map((one, index) => (
          <tr key={index}>
            <th scope="row">{muscleWord(one.muscle, one.side)}</th>
            <td className="num">{percent(one.peak_block)}</td>
            <td className="num">{percent(other.muscles[index]?.peak_block ?? 0)}</td>
          </tr>
        ))}
        {base.risks.map((risk, index) => (
          <tr key={`risk-${index}`}>
            <th scope="row">{coded(risk.name)}</th>
            <td className="num">{risk.value === null ? t("not told") : percent(risk.value)}</td>
            <td className="num">
              {risk.value === null ? t("not told") : percent(other.risks[index]?.value ?? 0)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
