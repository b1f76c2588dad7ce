/** Register a patient with what is treated: then the examination can begin. What is not known stays unknown, and says so. */
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent } from "react";
import { Link, useLocation } from "wouter";
import { newKey, post } from "../api/client";
import { CONDITIONS } from "../patient/FactsForm";
import {
  keepLabel,
  newParticulars,
  ParticularsFields,
  patientOf,
  type Particulars,
} from "../patient/ParticularsFields";
import { Icon } from "../shared/Icon";
import { useKey } from "../shared/useKey";
import { useSettled } from "../shared/useSettled";
import { coded } from "../words/names";
import { t } from "../words/words";

const SETTLED_MS = 400;

/** Who has this name and birth date already; a name without a birth date is shared by many. */
const namesakesOf = (told: Particulars, id: string) => {
  const { family_name, given_name, birth_date } = patientOf(told, { id });
  return queryOptions({
    queryKey: ["namesakes", family_name, given_name, birth_date],
    queryFn: async () =>
      (
        await post<{ rows: string[] }>("/api/patients/namesakes", {
          id,
          family_name,
          given_name,
          birth_date,
        })
      ).rows,
    enabled: Boolean(family_name && birth_date),
  });
};

export function NewPatient({ onClose }: { onClose: () => void }) {
  const [, go] = useLocation();
  const [told, setTold] = useState<Particulars>(newParticulars);
  const [condition, setCondition] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  // One id for this form: pressed again after a lost answer, it is still the same patient.
  const [id] = useState(() => `p-${newKey().slice(0, 10)}`);
  const [ofPatient, ofCondition] = [useKey(), useKey()];
  const registered = useRef<string | null>(null);
  const client = useQueryClient();
  const asked = useSettled(told, SETTLED_MS);
  const { data: others = [] } = useQuery(namesakesOf(asked, id));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      // Whoever types faster than the answer comes is told now; the next press registers all the same.
      const same = namesakesOf(told, id);
      if (others.length === 0 && same.enabled && (await client.fetchQuery(same)).length > 0) {
        setBusy(false);
        return;
      }
      const registration = { patient: patientOf(told, { id }), jurisdiction: told.jurisdiction || null };
      const wish = JSON.stringify(registration);
      if (registered.current !== wish)
        await ofPatient(wish, (key) => post("/api/patients", registration, { key }));
      registered.current = wish;
      if (condition)
        await ofCondition(condition, (key) => post(`/api/patients/${id}/conditions`, { condition }, { key }));
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
      {others.length > 0 && (
        <div className="note-box note-box--check" role="alert">
          <Icon name="check" />
          <div className="stack stack--tight">
            <p>
              <strong>{t("Somebody with this name and birth date is in the record already.")}</strong>{" "}
              {t(
                "If it is the same person, open that chart: what is entered in two charts is never added up.",
              )}
            </p>
            <div className="row">
              {others.map((one) => (
                <Link key={one} href={`/patients/${one}/chart`} className="btn btn--small">
                  {t("Open the chart {id}", { id: one })}
                </Link>
              ))}
            </div>
          </div>
        </div>
      )}
      <div className="row">
        <button type="submit" className="btn btn--main" disabled={busy || !told.family.trim()}>
          {others.length > 0 ? t("Register as another person") : t("Register")}
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
