/** Booking beside what speaks for a day: the personal forecast, and the weeks since the last session, said in both. */
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { get } from "../api/client";
import type { Chart } from "../api/types";
import { dayNumber, daysBetween, isoOf, range, shown, today } from "../numbers/dates";
import { lastSessionOf } from "../plan/draft";
import { remarkText } from "../plan/asks";
import { reasonText } from "../plan/reasons";
import { ActError } from "../shared/ActError";
import { saveCalendar } from "../shared/calendar";
import { Icon } from "../shared/Icon";
import { DateField, Told, useSend } from "../shared/sending";
import type { Curve } from "../timeline/curve";
import { words } from "../words/names";
import { t } from "../words/words";
import { useStanding } from "./standing";

interface Window {
  earliest?: string | null;
  latest?: string | null;
  from?: string | null;
  to?: string | null;
  reasons?: string[];
  /** The same as `reasons`, one by one, for words of any language. */
  remarks?: { kind: string; values: Record<string, string> }[];
}

const USUAL_DAYS = 84;
const PURPOSES = ["injection", "follow_up", "phone_call"] as const;

export function NextVisit({ id, chart, curve }: { id: string; chart: Chart; curve: Curve | null }) {
  const last = lastSessionOf(chart);
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
  const from = advice.data?.earliest ?? advice.data?.from;
  const to = advice.data?.latest ?? advice.data?.to;
  // An effect may fade before twelve weeks are over; a visit that soon is chosen by hand, never filled in.
  const usual = last ? isoOf(dayNumber(last.date) + USUAL_DAYS) : null;
  const proposed = from && usual && from < usual ? usual : from;
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
        <dt>{t("At 12 weeks")}</dt>
        <dd>{usual ? shown(usual) : t("unknown")}</dd>
      </dl>
      {(advice.data?.reasons?.length ?? 0) > 0 && (
        <ul className="bullets small">
          {advice.data!.reasons!.map((reason, index) => (
            <li key={reason}>
              {advice.data?.remarks?.[index]
                ? remarkText(advice.data.remarks[index], reason)
                : reasonText(reason)}
            </li>
          ))}
        </ul>
      )}
      <Booking
        id={id}
        lastDate={last?.date ?? null}
        curve={curve}
        proposed={
          proposed && proposed >= today() && !booked.some((visit) => visit.date >= proposed) ? proposed : ""
        }
      />
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
  /** The first day of the proposed window, until another one is chosen; empty where nothing is proposed. */
  proposed: string;
}

function Booking({ id, lastDate, curve, proposed }: BookingProps) {
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
          {weeks < USUAL_DAYS / 7 && purpose === "injection" && (
            <span className="wrong">; {t("sooner than 12 weeks")}</span>
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
