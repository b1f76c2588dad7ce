/** Booking beside what speaks for a day: the personal forecast, and a label's shortest interval with its source. */
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { get } from "../api/client";
import { useForecast } from "../api/queries";
import type { Chart, SourceRef } from "../api/types";
import { daysBetween, range, shown, today } from "../numbers/dates";
import { lastSessionOf } from "../plan/draft";
import { intervalWord, remarkText } from "../plan/asks";
import { SourceLine } from "../plan/findings";
import { ActError } from "../shared/ActError";
import { saveCalendar } from "../shared/calendar";
import { Icon } from "../shared/Icon";
import { DateField, Told, useSend } from "../shared/sending";
import type { Curve } from "../timeline/curve";
import { words } from "../words/names";
import { t } from "../words/words";
import { useStanding } from "./standing";

interface Earliest {
  date: string;
  /** The label's own measure, "12 weeks". */
  words: string;
  source: SourceRef;
}

interface Window {
  /** None on file is not none: then no day is filled in, and no day is called too soon. */
  label: Earliest | null;
  earliest: string | null;
  latest: string | null;
  reasons: string[];
  /** The same as `reasons`, one by one, for words of any language. */
  remarks: { kind: string; values: Record<string, string> }[];
}

const PURPOSES = ["injection", "follow_up", "phone_call"] as const;

export function NextVisit({ id, chart }: { id: string; chart: Chart }) {
  const last = lastSessionOf(chart);
  const forecast = useForecast(id);
  const { curve } = forecast;
  const advice = useQuery({
    queryKey: ["patient", id, "next-visit"],
    queryFn: () => get<Window>(`/api/patients/${encodeURIComponent(id)}/next-visit`),
    retry: false,
  });
  // One that was not kept stays on today's list until it is cancelled, or until a session comes.
  const open = chart.appointments.filter(
    (a) =>
      (a.state === "booked" && a.date >= today()) ||
      (["booked", "missed"].includes(a.state) && a.date < today() && (!last || a.date > last.date)),
  );
  const booked = open.filter((a) => a.date >= today());
  const standing = useStanding(id, "appointment_booked", "appointments", open.length > 0);
  const { earliest: from, latest: to, label } = advice.data ?? {};
  // An effect may fade early; where no label bounds the interval, a day is chosen by hand and never filled in.
  const proposed = label ? from : null;
  return (
    <section className="card stack" aria-labelledby="next-title">
      <h2 id="next-title">{t("Next visit")}</h2>
      <dl className="pairs">
        <dt>{t("Booked")}</dt>
        <dd>
          {open.length === 0 && t("nothing")}
          {open.map((visit) => {
            const entry = standing.rows.find(
              ({ body }) =>
                body["date"] === visit.date &&
                body["state"] === visit.state &&
                body["purpose"] === visit.purpose,
            );
            return (
              <span key={`${visit.date} ${visit.purpose}`} className="row booked-visit">
                <span>
                  <span className="nowrap">{shown(visit.date)}</span>
                  {visit.date < today() && <span className="wrong"> {t("missed")}</span>}
                </span>
                {visit.date >= today() && (
                  <button
                    type="button"
                    className="btn btn--quiet btn--icon"
                    aria-label={t("Calendar file of {date}", { date: shown(visit.date) })}
                    title={t("Calendar file of {date}", { date: shown(visit.date) })}
                    onClick={() => saveCalendar(visit.date, t("Visit at the clinic"))}
                  >
                    <Icon name="calendar" />
                  </button>
                )}
                {standing.may && entry && (
                  <CancelVisit
                    date={visit.date}
                    busy={standing.busy}
                    onCancel={() => void standing.correct(entry, { state: "cancelled" }, "visit cancelled")}
                  />
                )}
              </span>
            );
          })}
          <ActError error={standing.error} />
        </dd>
        {from && to && (
          <>
            <dt>{t("Proposed window")}</dt>
            <dd>{to < today() ? t("due since {date}", { date: shown(from) }) : range(from, to)}</dd>
          </>
        )}
        <dt>{t("Half of it gone")}</dt>
        <dd>
          {curve?.fading?.low && curve.fading.high
            ? range(curve.fading.low, curve.fading.high)
            : t("not enough data")}
        </dd>
      </dl>
      {advice.data && (
        <ul className="bullets small">
          {advice.data.remarks.map((remark, index) => (
            <li key={remark.kind + index}>{remarkText(remark, advice.data.reasons[index] ?? "")}</li>
          ))}
        </ul>
      )}
      {label && <SourceLine sources={[label.source]} />}
      {/* After the rest has come: no day is filled in under somebody's hand, and no button moves away from it. */}
      {!advice.isPending && !forecast.isPending && (
        <Booking
          id={id}
          lastDate={last?.date ?? null}
          curve={curve}
          label={label ?? null}
          proposed={
            proposed && proposed >= today() && !booked.some((visit) => visit.date >= proposed) ? proposed : ""
          }
        />
      )}
    </section>
  );
}

/** Two presses: a slip of the finger cancels nothing. */
function CancelVisit({ date, busy, onCancel }: { date: string; busy: boolean; onCancel: () => void }) {
  const [asked, setAsked] = useState(false);
  const label = t("Cancel the visit of {date}", { date: shown(date) });
  if (asked)
    return (
      <button type="button" className="btn btn--small" disabled={busy} onClick={onCancel}>
        {t("Cancel it")}
      </button>
    );
  return (
    <button
      type="button"
      className="btn btn--quiet btn--icon"
      aria-label={label}
      title={label}
      onClick={() => setAsked(true)}
    >
      <Icon name="close" />
    </button>
  );
}

interface BookingProps {
  id: string;
  lastDate: string | null;
  curve: Curve | null;
  label: Earliest | null;
  /** The first day of the proposed window, until another one is chosen; empty where nothing is proposed. */
  proposed: string;
}

function Booking({ id, lastDate, curve, label, proposed }: BookingProps) {
  const { answer, send } = useSend(id, "appointments");
  const [chosen, setDate] = useState<string | null>(null);
  const date = chosen ?? proposed;
  const [purpose, setPurpose] = useState<string>("injection");
  const weeks = lastDate && date ? daysBetween(lastDate, date) / 7 : null;
  const fading = curve?.fading;
  const late = Boolean(date && fading?.high && date > fading.high);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (date && (await send({ date, purpose, state: "booked" }))) setDate(null);
  };
  return (
    <form
      className="stack stack--tight"
      onSubmit={(event) => void submit(event)}
      aria-label={t("Book a visit")}
    >
      <div className="form-line">
        <DateField id="visit-date" label={t("Book for")} value={date} onChange={setDate} ahead />
        <div className="field">
          <label htmlFor="visit-purpose">{t("For what")}</label>
          <select
            id="visit-purpose"
            className="select"
            value={purpose}
            onChange={(event) => setPurpose(event.target.value)}
          >
            {PURPOSES.map((one) => (
              <option key={one} value={one}>
                {t(words(one))}
              </option>
            ))}
          </select>
        </div>
      </div>
      {weeks !== null && (
        <p className="hint">
          {shown(date)}: {t("{n} weeks after the last session", { n: weeks.toFixed(1).replace(/\.0$/, "") })}
          {late ? `; ${t("later than the effect is likely to last")}` : ""}
          {label && date < label.date && purpose === "injection" && (
            <span className="wrong">
              ; {t("sooner than the label's {words}", { words: intervalWord(label.words) })}
            </span>
          )}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn" disabled={!date || answer.kind === "busy"}>
          {t("Book")}
        </button>
        <Told answer={answer} />
      </div>
    </form>
  );
}
