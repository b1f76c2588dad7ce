import { useState, type FormEvent } from "react";
import type { Chart } from "../api/types";
import { Told, useSend } from "../shared/sending";
import { Unknown } from "../shared/states";
import { coded } from "../words/names";
import { t } from "../words/words";

/** Offered names; the rules of the plan know them. */
export const CONDITIONS = [
  "cervical_dystonia",
  "blepharospasm",
  "hemifacial_spasm",
  "oromandibular_dystonia",
  "laryngeal_dystonia",
  "focal_hand_dystonia",
  "limb_dystonia",
  "upper_limb_spasticity",
  "lower_limb_spasticity",
];
export const RISKS = [
  "cow_milk_protein_allergy",
  "human_albumin_allergy",
  "toxin_hypersensitivity",
  "infection_at_site",
  "myasthenia_gravis",
  "lambert_eaton",
  "motor_neuron_disease",
  "dysphagia",
  "breathing_difficulty",
  "pregnancy",
  "breastfeeding",
  "aminoglycoside",
  "muscle_relaxant",
  "anticholinergic",
  "anticoagulant",
];

/** Condition and risks: what the rules of the plan ask for. */
export function FactsForm({ id, chart }: { id: string; chart: Chart }) {
  return (
    <section className="card stack" aria-labelledby="facts-form-title">
      <h2 id="facts-form-title">{t("Condition and risks")}</h2>
      <p>
        {chart.conditions.length ? chart.conditions.map((c) => coded(c.condition)).join(", ") : <Unknown />}
        {chart.risks.length > 0 && `; ${chart.risks.map(coded).join(", ")}`}
      </p>
      <AddFact
        id={id}
        path="conditions"
        name="condition"
        label={t("Add a condition")}
        options={CONDITIONS}
        has={chart.conditions.map((c) => c.condition)}
      />
      <AddFact id={id} path="risks" name="risk" label={t("Add a risk")} options={RISKS} has={chart.risks} />
    </section>
  );
}

interface Props {
  id: string;
  path: string;
  name: string;
  label: string;
  options: readonly string[];
  has: readonly string[];
}

/** What is treated, asked where the work cannot begin without it. */
export function ConditionForm({ id, chart }: { id: string; chart: Chart }) {
  return (
    <AddFact
      id={id}
      path="conditions"
      name="condition"
      label={t("What is treated")}
      options={CONDITIONS}
      has={chart.conditions.map((c) => c.condition)}
    />
  );
}

function AddFact({ id, path, name, label, options, has }: Props) {
  const { answer, send } = useSend(id, path);
  const [value, setValue] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (value && (await send({ [name]: value }))) setValue("");
  };
  return (
    <form className="stack stack--tight" onSubmit={(event) => void submit(event)}>
      <div className="form-line form-line--end">
        <div className="field">
          <label htmlFor={`add-${name}`}>{label}</label>
          <select
            id={`add-${name}`}
            className="select"
            value={value}
            onChange={(event) => setValue(event.target.value)}
          >
            <option value="">{t("Choose")}</option>
            {options
              .filter((one) => !has.includes(one))
              .map((one) => (
                <option key={one} value={one}>
                  {coded(one)}
                </option>
              ))}
          </select>
        </div>
        <button type="submit" className="btn" disabled={!value || answer.kind === "busy"}>
          {t("Add")}
        </button>
      </div>
      <Told answer={answer} />
    </form>
  );
}
