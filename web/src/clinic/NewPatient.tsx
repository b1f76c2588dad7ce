/** Register a patient: what is not known stays unknown, and says so later. */
import { useState, type FormEvent } from "react";
import { useLocation } from "wouter";
import { newKey, post } from "../api/client";
import { today } from "../numbers/dates";
import { NumberField } from "../shared/NumberField";
import { t } from "../words/words";

export function NewPatient({ onClose }: { onClose: () => void }) {
  const [, go] = useLocation();
  const [family, setFamily] = useState("");
  const [given, setGiven] = useState("");
  const [birth, setBirth] = useState("");
  const [sex, setSex] = useState("unknown");
  const [weight, setWeight] = useState<string | null>(null);
  const [history, setHistory] = useState("unknown");
  const [jurisdiction, setJurisdiction] = useState("");
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    const id = `p-${newKey().slice(0, 10)}`;
    try {
      await post("/api/patients", {
        patient: {
          id,
          family_name: family.trim(),
          given_name: given.trim() || null,
          birth_date: birth || null,
          sex,
          weight_kg: weight,
          weight_date: weight === null ? null : today(),
          exposure_history: history,
        },
        jurisdiction: jurisdiction || null,
      });
      go(`/patients/${id}/follow-up`);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)} aria-labelledby="new-patient-title">
      <h2 id="new-patient-title">{t("New patient")}</h2>
      <div className="form-line">
        <div className="field">
          <label htmlFor="family">{t("Family name")}</label>
          <input
            id="family"
            className="input"
            required
            autoComplete="off"
            value={family}
            onChange={(event) => setFamily(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="given">{t("Given name")}</label>
          <input
            id="given"
            className="input"
            autoComplete="off"
            value={given}
            onChange={(event) => setGiven(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="birth">{t("Birth date")}</label>
          <input
            id="birth"
            type="date"
            className="input"
            max={today()}
            value={birth}
            onChange={(event) => setBirth(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="sex">{t("Sex")}</label>
          <select id="sex" className="select" value={sex} onChange={(event) => setSex(event.target.value)}>
            {["unknown", "female", "male", "other"].map((one) => (
              <option key={one} value={one}>
                {t(one)}
              </option>
            ))}
          </select>
        </div>
        <NumberField label={t("Weight")} unit="kg" value={weight} onChange={setWeight} optional />
        <div className="field">
          <label htmlFor="history">{t("All toxin ever given")}</label>
          <select
            id="history"
            className="select"
            value={history}
            onChange={(event) => setHistory(event.target.value)}
          >
            <option value="unknown">{t("not known to be complete")}</option>
            <option value="known">{t("history complete")}</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor="jurisdiction">{t("Label that applies")}</label>
          <select
            id="jurisdiction"
            className="select"
            value={jurisdiction}
            onChange={(event) => setJurisdiction(event.target.value)}
          >
            <option value="">{t("not told")}</option>
            {["US", "EU", "UK"].map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </div>
      </div>
      <div className="row">
        <button type="submit" className="btn btn--main" disabled={!family.trim()}>
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
