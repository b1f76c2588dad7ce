/** Follow-up: what it did, ratings, side effects, toxin given elsewhere; the forecast and the next visit beside it. */
import { useState, type FormEvent } from "react";
import { Link } from "wouter";
import { useForecast, useProducts } from "../api/queries";
import type { Chart } from "../api/types";
import { today } from "../numbers/dates";
import { SYMPTOMS } from "../phone/symptoms";
import { lastSessionOf } from "../plan/draft";
import { Icon } from "../shared/Icon";
import { NumberField } from "../shared/NumberField";
import { DateField, Told, useSend } from "../shared/sending";
import { t } from "../words/words";
import { EffectsForm } from "./EffectsForm";
import { FactsForm } from "./FactsForm";
import { ForecastCard } from "./ForecastCard";
import { GoalForm } from "./GoalForm";
import { NextVisit } from "./NextVisit";
import { OpenEffects } from "./OpenEffects";
import { RatingForm } from "./RatingForm";

export function FollowUpPage({ id, chart }: { id: string; chart: Chart }) {
  const forecast = useForecast(id);
  const last = lastSessionOf(chart);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>{t("Follow-up")}</h1>
        <Link href={`/patients/${id}/payer`} className="btn">
          <Icon name="note" />
          {t("Packet for the payer")}
        </Link>
      </div>
      <div className="chart-grid">
        <div className="stack">
          {!last && <FactsForm id={id} chart={chart} />}
          {!last && <GoalForm id={id} chart={chart} />}
          <OpenEffects id={id} chart={chart} />
          {last?.id && <EffectsForm key={last.id} id={id} last={last} />}
          <RatingForm id={id} chart={chart} />
          <SymptomForm id={id} />
          <ExposureForm id={id} />
          {last && <GoalForm id={id} chart={chart} />}
          {last && <FactsForm id={id} chart={chart} />}
        </div>
        {/* What the program says comes late and grows: nothing that is typed or pressed stands below it. */}
        <div className="stack">
          <ForecastCard id={id} curve={forecast.curve} error={forecast.error} pending={forecast.isPending} />
          <NextVisit id={id} chart={chart} />
        </div>
      </div>
    </main>
  );
}

function SymptomForm({ id }: { id: string }) {
  const { answer, send } = useSend(id, "symptoms");
  const [symptom, setSymptom] = useState("");
  const [seriousness, setSeriousness] = useState("mild");
  const [date, setDate] = useState(today());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (symptom && (await send({ date, symptom, seriousness }))) setSymptom("");
  };
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)} aria-labelledby="symptom-title">
      <h2 id="symptom-title">{t("Side effect")}</h2>
      <div className="form-line">
        <div className="field">
          <label htmlFor="symptom">{t("What")}</label>
          <select
            id="symptom"
            className="select"
            value={symptom}
            onChange={(event) => setSymptom(event.target.value)}
          >
            <option value="">{t("Choose")}</option>
            {SYMPTOMS.map((entry) => (
              <option key={entry.id} value={entry.id}>
                {t(entry.label)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="seriousness">{t("How bad")}</label>
          <select
            id="seriousness"
            className="select"
            value={seriousness}
            onChange={(event) => setSeriousness(event.target.value)}
          >
            {["mild", "moderate", "severe", "serious"].map((word) => (
              <option key={word} value={word}>
                {t(word)}
              </option>
            ))}
          </select>
        </div>
        <DateField id="symptom-date" value={date} onChange={setDate} label={t("Began on")} />
      </div>
      <div className="row">
        <button type="submit" className="btn" disabled={!symptom || answer.kind === "busy"}>
          {t("Save the side effect")}
        </button>
        <Told answer={answer} />
      </div>
    </form>
  );
}

function ExposureForm({ id }: { id: string }) {
  const { answer, send } = useSend(id, "exposures");
  const products = useProducts();
  const [product, setProduct] = useState("");
  const [units, setUnits] = useState<string | null>(null);
  const [place, setPlace] = useState("");
  const [reason, setReason] = useState("");
  const [date, setDate] = useState(today());
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const saved = await send({
      date,
      product,
      units,
      place: place.trim() || null,
      indication: reason.trim() || null,
    });
    if (saved) {
      setUnits(null);
      setPlace("");
      setReason("");
    }
  };
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)} aria-labelledby="exposure-title">
      <h2 id="exposure-title">{t("Toxin given elsewhere")}</h2>
      <p className="hint">
        {t(
          "For anything: migraine, bladder, sweating, wrinkles. Leave the units empty if nobody knows them.",
        )}
      </p>
      <div className="form-line">
        <DateField id="exposure-date" value={date} onChange={setDate} />
        <div className="field">
          <label htmlFor="exposure-product">{t("Product")}</label>
          <select
            id="exposure-product"
            className="select"
            required
            value={product}
            onChange={(event) => setProduct(event.target.value)}
          >
            <option value="">{t("Choose")}</option>
            {products.data?.map((row) => (
              <option key={row.id} value={row.id}>
                {row.id}
              </option>
            ))}
          </select>
        </div>
        <NumberField label={t("Units")} value={units} onChange={setUnits} optional />
        <div className="field">
          <label htmlFor="exposure-reason">{t("For what")}</label>
          <input
            id="exposure-reason"
            className="input"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="exposure-place">{t("Where")}</label>
          <input
            id="exposure-place"
            className="input"
            value={place}
            onChange={(event) => setPlace(event.target.value)}
          />
        </div>
      </div>
      <div className="row">
        <button type="submit" className="btn" disabled={!product || answer.kind === "busy"}>
          {t("Save the exposure")}
        </button>
        <Told answer={answer} />
      </div>
    </form>
  );
}
