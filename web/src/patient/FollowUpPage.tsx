/** Follow-up: enter ratings, side effects and toxin given elsewhere; see the forecast and the next visit beside it. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type FormEvent } from "react";
import { newKey, post } from "../api/client";
import { useForecast, useProducts } from "../api/queries";
import type { Chart } from "../api/types";
import { dayNumber, isoOf, shown, today } from "../numbers/dates";
import { NumberField } from "../shared/NumberField";
import { words } from "../words/names";
import { t } from "../words/words";
import { SYMPTOMS } from "../phone/symptoms";
import { lastSessionOf } from "../plan/draft";
import { ForecastCard } from "./ForecastCard";

type Answer = { kind: "idle" | "busy" | "saved" | "failed"; text: string };

/** One small form: sends once for each press, keeps what was typed when it fails. */
function useSend(id: string, path: string) {
  const client = useQueryClient();
  const key = useRef(newKey());
  const [answer, setAnswer] = useState<Answer>({ kind: "idle", text: "" });
  const send = async (body: unknown): Promise<boolean> => {
    setAnswer({ kind: "busy", text: "" });
    try {
      await post(`/api/patients/${encodeURIComponent(id)}/${path}`, body, { key: key.current });
      key.current = newKey();
      await client.invalidateQueries({ queryKey: ["patient", id] });
      setAnswer({ kind: "saved", text: t("Saved.") });
      return true;
    } catch (error) {
      setAnswer({ kind: "failed", text: error instanceof Error ? error.message : String(error) });
      return false;
    }
  };
  return { answer, send };
}

function Told({ answer }: { answer: Answer }) {
  return (
    <span
      role={answer.kind === "failed" ? "alert" : "status"}
      className={answer.kind === "failed" ? "wrong" : "soft"}
    >
      {answer.text}
    </span>
  );
}

export function FollowUpPage({ id, chart }: { id: string; chart: Chart }) {
  const forecast = useForecast(id);
  const last = lastSessionOf(chart);
  const booked = chart.appointments.filter((a) => a.state === "booked" && a.date >= today());
  const twelve = last ? isoOf(dayNumber(last.date) + 84) : null;
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>{t("Follow-up")}</h1>
      </div>
      <div className="chart-grid">
        <div className="stack">
          <RatingForm id={id} chart={chart} />
          <SymptomForm id={id} />
          <ExposureForm id={id} />
        </div>
        <div className="stack">
          <ForecastCard curve={forecast.curve} error={forecast.error} pending={forecast.isPending} />
          <section className="card" aria-labelledby="next-title">
            <h2 id="next-title">{t("Next visit")}</h2>
            <dl className="pairs">
              <dt>{t("Booked")}</dt>
              <dd>{booked.length ? booked.map((a) => shown(a.date)).join(", ") : t("nothing")}</dd>
              <dt>{t("12 weeks after the last session")}</dt>
              <dd>{twelve ? shown(twelve) : t("unknown")}</dd>
            </dl>
            <p className="hint">
              {t(
                "The plan page says which interval the label of the product asks for; the check counts all toxin given anywhere.",
              )}
            </p>
          </section>
        </div>
      </div>
    </main>
  );
}

function RatingForm({ id, chart }: { id: string; chart: Chart }) {
  const { answer, send } = useSend(id, "ratings");
  const scales = [...new Set(["twstrs", "tsui", ...chart.ratings.map((r) => r.scale)])];
  const [scale, setScale] = useState(chart.ratings.at(-1)?.scale ?? "twstrs");
  const [date, setDate] = useState(today());
  const [total, setTotal] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (total !== null && (await send({ date, scale, total }))) setTotal(null);
  };
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)} aria-labelledby="rating-title">
      <h2 id="rating-title">{t("Rating")}</h2>
      <div className="form-line">
        <div className="field">
          <label htmlFor="rating-scale">{t("Scale")}</label>
          <select
            id="rating-scale"
            className="select"
            value={scale}
            onChange={(event) => setScale(event.target.value)}
          >
            {scales.map((name) => (
              <option key={name} value={name}>
                {name.length <= 7 ? name.toUpperCase() : words(name)}
              </option>
            ))}
          </select>
        </div>
        <DateField id="rating-date" value={date} onChange={setDate} />
        <NumberField label={t("Total")} value={total} onChange={setTotal} optional />
      </div>
      <div className="row">
        <button type="submit" className="btn" disabled={total === null || answer.kind === "busy"}>
          {t("Save the rating")}
        </button>
        <Told answer={answer} />
      </div>
    </form>
  );
}

export function DateField({
  id,
  value,
  onChange,
  label,
}: {
  id: string;
  value: string;
  onChange: (value: string) => void;
  label?: string;
}) {
  return (
    <div className="field">
      <label htmlFor={id}>{label ?? t("Date")}</label>
      <input
        id={id}
        type="date"
        className="input"
        required
        max={today()}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
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
