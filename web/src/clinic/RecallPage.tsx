/** Recall of a lot: everybody who got it, in one question; the list can be printed. */
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { Link } from "wouter";
import { get } from "../api/client";
import { clock, shown } from "../numbers/dates";
import { units } from "../numbers/format";
import { lotOf } from "../numbers/gs1";
import { Icon } from "../shared/Icon";
import { Empty, Failed, Loading } from "../shared/states";
import { useTitle } from "../shared/useTitle";
import { muscleWord } from "../words/names";
import { t } from "../words/words";
import type { Side } from "../api/types";

interface RecallVial {
  vial: string;
  state: "open" | "unopened";
  left: string;
  expires: string;
  opened_at: string | null;
  opened_for: string | null;
}

interface Recall {
  lot: string;
  sessions: {
    patient: string;
    session: string | null;
    date: string;
    dose: { units: string; product: string };
    muscles: string[];
  }[];
  patients: string[];
  /** Those not yet empty. */
  vials: RecallVial[];
  /** Vials of the lot that ever came into stock; with none, what stands on the shelf is unknown. */
  received: number;
  /** Lots that another hand may have written for this one; never counted in. */
  similar: { lot: string; patients: string[]; vials: number }[];
}

/** "splenius_capitis left" in words. */
function muscleText(text: string): string {
  const [muscle, side] = text.split(" ") as [string, Side | undefined];
  return muscleWord(muscle, side);
}

export function RecallPage() {
  useTitle("Recall of a lot");
  const [lot, setLot] = useState(() => new URLSearchParams(location.search).get("lot") ?? "");
  const [asked, setAsked] = useState(lot);
  const found = useQuery({
    queryKey: ["recall", asked],
    queryFn: () => get<Recall>(`/api/recall?lot=${encodeURIComponent(asked)}`),
    enabled: asked !== "",
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(lotOf(lot));
  };
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Recall of a lot")}</h1>
          <p className="soft">
            {t("Everybody who got a lot, with date, dose and muscles, and its vials still in the house.")}
          </p>
        </div>
        {found.data && (found.data.sessions.length > 0 || found.data.vials.length > 0) && (
          <button type="button" className="btn no-print" onClick={() => window.print()}>
            <Icon name="print" />
            {t("Print the list")}
          </button>
        )}
      </div>
      <form className="card form-line form-line--end" onSubmit={submit}>
        <div className="field">
          <label htmlFor="lot">{t("Lot, typed or scanned from the carton")}</label>
          <input
            id="lot"
            className="input"
            autoComplete="off"
            spellCheck={false}
            required
            maxLength={100}
            value={lot}
            onChange={(event) => setLot(event.target.value)}
          />
        </div>
        <div>
          <button type="submit" className="btn btn--main">
            <Icon name="search" />
            {t("Find")}
          </button>
        </div>
      </form>
      {asked !== "" && found.isPending && <Loading what={t("the recall")} tall={120} />}
      {found.isError && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.data?.sessions.length === 0 && (
        <Empty>
          {t("Nobody got lot {lot}, as far as this record knows. Check each character of the lot.", {
            lot: found.data.lot,
          })}
        </Empty>
      )}
      {found.data && found.data.similar.length > 0 && (
        <section className="card stack" aria-labelledby="similar">
          <h2 id="similar">{t("Look at these lots too")}</h2>
          <p>
            {t("Another hand may have written them for {lot}. Compare each with the recall notice.", {
              lot: found.data.lot,
            })}
          </p>
          {found.data.similar.map((one) => (
            <div key={one.lot}>
              <button
                type="button"
                className="btn"
                onClick={() => {
                  setLot(one.lot);
                  setAsked(one.lot);
                }}
              >
                <Icon name="search" />
                {t("Lot {lot}: {n} patients, {m} vials here", {
                  lot: one.lot,
                  n: one.patients.length,
                  m: one.vials,
                })}
              </button>
            </div>
          ))}
        </section>
      )}
      {found.data && <Vials lot={found.data} />}
      {found.data && found.data.sessions.length > 0 && (
        <section className="card" aria-labelledby="recalled">
          <h2 id="recalled">
            {t("Lot {lot}: {n} patients, {m} sessions", {
              lot: found.data.lot,
              n: found.data.patients.length,
              m: found.data.sessions.length,
            })}
          </h2>
          <div className="scroll-x" tabIndex={0} role="region" aria-label={t("Sessions with this lot")}>
            <table className="data-table">
              <thead>
                <tr>
                  <th scope="col">{t("Patient")}</th>
                  <th scope="col">{t("Date")}</th>
                  <th scope="col" className="num">
                    {t("Dose")}
                  </th>
                  <th scope="col">{t("Product")}</th>
                  <th scope="col">{t("Muscles")}</th>
                </tr>
              </thead>
              <tbody>
                {found.data.sessions.map((row) => (
                  <tr key={`${row.patient}-${row.session}-${row.date}`}>
                    <td className="nowrap">
                      <Link href={`/patients/${row.patient}/chart`}>{row.patient}</Link>
                    </td>
                    <td className="nowrap">{shown(row.date)}</td>
                    <td className="num nowrap">{units(row.dose.units)}</td>
                    <td>{row.dose.product}</td>
                    <td>{row.muscles.map(muscleText).join("; ")}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </main>
  );
}

/** What of the lot is still in the house: each vial, whether it is open, and for whom it was opened. */
function Vials({ lot }: { lot: Recall }) {
  if (lot.received === 0)
    return (
      <p className="note-box note-box--check">
        <Icon name="check" />
        {t("The stock list never had a vial of lot {lot}. Look on the shelves and in the refrigerator.", {
          lot: lot.lot,
        })}
      </p>
    );
  if (lot.vials.length === 0)
    return (
      <Empty>
        {t("Vials of lot {lot} that came in: {n}. None is left.", { lot: lot.lot, n: lot.received })}
      </Empty>
    );
  return (
    <section className="card" aria-labelledby="here">
      <h2 id="here">
        {t("Vials of lot {lot} still here: {n} of {m}", {
          lot: lot.lot,
          n: lot.vials.length,
          m: lot.received,
        })}
      </h2>
      <div className="scroll-x" tabIndex={0} role="region" aria-label={t("Vials")}>
        <table className="data-table">
          <thead>
            <tr>
              <th scope="col">{t("Vial")}</th>
              <th scope="col">{t("State")}</th>
              <th scope="col">{t("Opened for")}</th>
              <th scope="col">{t("Opened")}</th>
              <th scope="col">{t("Expires")}</th>
            </tr>
          </thead>
          <tbody>
            {lot.vials.map((one) => (
              <tr key={one.vial}>
                <td className="nowrap">{one.vial}</td>
                <td className="nowrap">
                  {one.state === "open" ? t("Open, {units} left", { units: units(one.left) }) : t("Unopened")}
                </td>
                <td className="nowrap">
                  {one.opened_for ? (
                    <Link href={`/patients/${one.opened_for}/chart`}>{one.opened_for}</Link>
                  ) : (
                    "–"
                  )}
                </td>
                <td className="nowrap">
                  {one.opened_at ? `${shown(one.opened_at)} ${clock(one.opened_at)}` : "–"}
                </td>
                <td className="nowrap">{shown(one.expires)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="no-print">
        <Link href="/stock">{t("Throw them away in the list of vials")}</Link>
      </p>
    </section>
  );
}
