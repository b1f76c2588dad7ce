/** Register a patient with what is treated: then the examination can begin. What is not known stays unknown, and says so. */
import { useRef, useState, type FormEvent } from "react";
import { useLocation } from "wouter";
import { newKey, post } from "../api/client";
import { CONDITIONS } from "../patient/FactsForm";
import {
  keepLabel,
  newParticulars,
  ParticularsFields,
  patientOf,
  type Particulars,
} from "../patient/ParticularsFields";
import { coded } from "../words/names";
import { t } from "../words/words";

export function NewPatient({ onClose }: { onClose: () => void }) {
  const [, go] = useLocation();
  const [told, setTold] = useState<Particulars>(newParticulars);
  const [condition, setCondition] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  // One id and two keys for this form: pressed again after a lost answer, it is still the same patient.
  const keys = useRef({ id: `p-${newKey().slice(0, 10)}`, patient: newKey(), condition: newKey() });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const { id, ...key } = keys.current;
    try {
      const registration = { patient: patientOf(told, { id }), jurisdiction: told.jurisdiction || null };
      await post("/api/patients", registration, { key: key.patient });
      if (condition) await post(`/api/patients/${id}/conditions`, { condition }, { key: key.condition });
      keepLabel(told.jurisdiction);
      go(`/patients/${id}/assess`);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      setBusy(false);
    }
  };
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)} aria-labelledby="new-patient-title">
      <h2 id="new-patient-title">{t("New patient")}</h2>
      <ParticularsFields value={told} onChange={setTold} />
      <div className="field">
        <label htmlFor="new-condition">{t("What is treated")}</label>
        <select
          id="new-condition"
          className="select"
          value={condition}
          onChange={(event) => setCondition(event.target.value)}
        >
          <option value="">{t("not told")}</option>
          {CONDITIONS.map((one) => (
            <option key={one} value={one}>
              {coded(one)}
            </option>
          ))}
        </select>
      </div>
      <div className="row">
        <button type="submit" className="btn btn--main" disabled={busy || !told.family.trim()}>
          {t("Register")}
        </button>
        <button type="button" className="btn btn--quiet" onClick={onClose}>
          {t("Close")}
        </button>
        {error && (
          <span className="wrong" role="alert">
            {error}
          </span>
        )}
      </div>
    </form>
  );
}
