/** Who the patient is: the fields of registering and of correcting, once. What is not known stays unknown. */
import { useId } from "react";
import type { ChartPatient, Plan } from "../api/types";
import { today } from "../numbers/dates";
import { NumberField } from "../shared/NumberField";
import { t } from "../words/words";

export interface Particulars {
  family: string;
  given: string;
  birth: string;
  sex: NonNullable<ChartPatient["sex"]>;
  weight: string | null;
  history: "known" | "unknown";
  jurisdiction: NonNullable<Plan["jurisdiction"]> | "";
}

const LABEL = "reprieve.label";

/** A clinic lies in one place: the label that the last patient here got is offered for the next. */
export function newParticulars(): Particulars {
  let label: string | null = null;
  try {
    label = localStorage.getItem(LABEL);
  } catch {
    // No storage: nothing is offered.
  }
  const jurisdiction = label === "US" || label === "EU" || label === "UK" ? label : "";
  return { family: "", given: "", birth: "", sex: "unknown", weight: null, history: "unknown", jurisdiction };
}

export function particularsOf(person: ChartPatient, jurisdiction: Plan["jurisdiction"]): Particulars {
  return {
    family: person.family_name ?? "",
    given: person.given_name ?? "",
    birth: person.birth_date ?? "",
    sex: person.sex ?? "unknown",
    weight: person.weight_kg ?? null,
    history: person.exposure_history ?? "unknown",
    jurisdiction: jurisdiction ?? "",
  };
}

type Known = Pick<ChartPatient, "id"> & Partial<ChartPatient>;

/** The patient as the server takes it; a weight has the day on which it was told. */
export function patientOf(told: Particulars, before: Known): Known {
  const weighed = told.weight !== (before.weight_kg ?? null);
  return {
    ...before,
    family_name: told.family.trim(),
    given_name: told.given.trim() || null,
    birth_date: told.birth || null,
    sex: told.sex,
    weight_kg: told.weight,
    weight_date: told.weight === null ? null : weighed ? today() : (before.weight_date ?? null),
    exposure_history: told.history,
  };
}

export function keepLabel(jurisdiction: string): void {
  try {
    if (jurisdiction) localStorage.setItem(LABEL, jurisdiction);
  } catch {
    // No storage: it is asked again.
  }
}

interface Props {
  value: Particulars;
  onChange: (value: Particulars) => void;
}

export function ParticularsFields({ value, onChange }: Props) {
  const id = useId();
  const edit = (change: Partial<Particulars>) => onChange({ ...value, ...change });
  return (
    <div className="form-line">
      <div className="field">
        <label htmlFor={`${id}-family`}>{t("Family name")}</label>
        <input
          id={`${id}-family`}
          className="input"
          required
          autoComplete="off"
          value={value.family}
          onChange={(event) => edit({ family: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-given`}>{t("Given name")}</label>
        <input
          id={`${id}-given`}
          className="input"
          autoComplete="off"
          value={value.given}
          onChange={(event) => edit({ given: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-birth`}>{t("Birth date")}</label>
        <input
          id={`${id}-birth`}
          type="date"
          className="input"
          max={today()}
          value={value.birth}
          onChange={(event) => edit({ birth: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-sex`}>{t("Sex")}</label>
        <select
          id={`${id}-sex`}
          className="select"
          value={value.sex}
          onChange={(event) => edit({ sex: event.target.value as Particulars["sex"] })}
        >
          {["unknown", "female", "male", "other"].map((one) => (
            <option key={one} value={one}>
              {t(one)}
            </option>
          ))}
        </select>
      </div>
      <NumberField
        label={t("Weight")}
        unit="kg"
        value={value.weight}
        onChange={(weight) => edit({ weight })}
        optional
      />
      <div className="field">
        <label htmlFor={`${id}-history`}>{t("All toxin ever given")}</label>
        <select
          id={`${id}-history`}
          className="select"
          value={value.history}
          onChange={(event) => edit({ history: event.target.value as Particulars["history"] })}
        >
          <option value="unknown">{t("not known to be complete")}</option>
          <option value="known">{t("history complete")}</option>
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-label`}>{t("Label that applies")}</label>
        <select
          id={`${id}-label`}
          className="select"
          value={value.jurisdiction}
          onChange={(event) => edit({ jurisdiction: event.target.value as Particulars["jurisdiction"] })}
        >
          <option value="">{t("not told")}</option>
          {["US", "EU", "UK"].map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </div>
    </div>
  );
}
