/** What the clinic decides for itself, whole, with the reason; the administrator sets it, the staff read it. */
import { useState } from "react";
import { useMe, usePolicy, type Policy } from "../api/queries";
import { ActError } from "../shared/ActError";
import { NumberField } from "../shared/NumberField";
import { ReasonField, isReason } from "../shared/ReasonField";
import { useAct } from "../shared/useAct";
import { words } from "../words/names";
import { t } from "../words/words";

const SWITCHES = [
  ["vial_overrides", "An expired vial may be signed for, with a reason and a second person"],
  ["stock_required", "A session is signed only with vials that are in stock"],
  ["vials_shared", "One vial may serve several patients of a day (labels say one)"],
  [
    "camera_posture",
    "Head angles may be measured by a camera in the browser; for research, no picture leaves it or is kept",
  ],
  [
    "camera_at_home",
    "Patients may measure their head angles with the camera of their phone and send them; for research, the angles alone and no picture",
  ],
  [
    "push_reminders",
    "Patients may ask for a reminder on their phone: this server then calls the push service of the phone's maker, with one sealed sentence that names nobody",
  ],
] as const;

export function PolicyForm() {
  const me = useMe();
  const policy = usePolicy();
  if (!policy.data) return null;
  return (
    <Form
      key={JSON.stringify(policy.data)}
      start={policy.data}
      mayChange={me.data?.role === "administrator"}
    />
  );
}

function Form({ start, mayChange }: { start: Policy; mayChange: boolean }) {
  const [next, setNext] = useState(start);
  const [reason, setReason] = useState("");
  const act = useAct();
  const edit = (change: Partial<Policy>) => setNext({ ...next, ...change });
  const everyRule = next.second_person_rules.includes("*");
  return (
    <section className="card stack" aria-labelledby="policy-title">
      <h2 id="policy-title">{t("Policy of the clinic")}</h2>
      <fieldset className="stack stack--tight" disabled={!mayChange}>
        <legend className="unseen">{t("Policy of the clinic")}</legend>
        {SWITCHES.map(([name, label]) => (
          <label key={name} className="tick-line">
            <input
              type="checkbox"
              checked={next[name]}
              onChange={(event) => edit({ [name]: event.target.checked })}
            />
            <span>{t(label)}</span>
          </label>
        ))}
        <label className="tick-line">
          <input
            type="checkbox"
            checked={everyRule}
            onChange={(event) => edit({ second_person_rules: event.target.checked ? ["*"] : [] })}
          />
          <span>{t("Going over any limit needs a second person")}</span>
        </label>
        <div className="form-line">
          <div className="field">
            <label htmlFor="policy-reviews">{t("Reviews of reference rows need a second person")}</label>
            <select
              id="policy-reviews"
              className="select"
              value={next.second_person_for_reviews}
              onChange={(event) =>
                edit({ second_person_for_reviews: event.target.value as Policy["second_person_for_reviews"] })
              }
            >
              {(["never", "corrections", "always"] as const).map((one) => (
                <option key={one} value={one}>
                  {t(words(one))}
                </option>
              ))}
            </select>
          </div>
          <NumberField
            label={t("Shortest reason, letters")}
            whole
            step="1"
            value={String(next.shortest_override_reason)}
            onChange={(value) => value !== null && edit({ shortest_override_reason: Number(value) })}
          />
          <NumberField
            label={t("An approval holds, hours")}
            whole
            step="1"
            value={String(next.approval_hours)}
            onChange={(value) => value !== null && edit({ approval_hours: Number(value) })}
          />
        </div>
      </fieldset>
      {mayChange ? (
        <div className="form-line form-line--end">
          <ReasonField
            label={t("Why it is set so (kept in the record)")}
            value={reason}
            onChange={setReason}
          />
          <button
            type="button"
            className="btn"
            disabled={act.busy || !isReason(reason)}
            onClick={() => void act.run("/api/policy", { policy: next, reason: reason.trim() }, ["policy"])}
          >
            {t("Set the policy")}
          </button>
        </div>
      ) : (
        <p className="hint">{t("Only an administrator can change it.")}</p>
      )}
      <ActError error={act.error} />
    </section>
  );
}
