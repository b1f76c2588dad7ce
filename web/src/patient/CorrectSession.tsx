/** A session that the record has wrong: put right what was given and sign it, or take it back if it was never given. */
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useLocation } from "wouter";
import { ApiError, post } from "../api/client";
import { useMe, useMuscles, usePolicy, useProducts } from "../api/queries";
import type { Finding, GivenInjection, Session } from "../api/types";
import { today } from "../numbers/dates";
import { AddMuscle } from "../plan/AddMuscle";
import { reconstitutionOf, rowKey, vialRow, volumeOf, type VialRow } from "../plan/draft";
import { FindingBox } from "../plan/findings";
import { VialTable } from "../plan/VialTable";
import { barred } from "../session/secondPerson";
import { findingKey } from "../session/state";
import { ActError } from "../shared/ActError";
import { Icon } from "../shared/Icon";
import { NumberField } from "../shared/NumberField";
import { isReason, ReasonField } from "../shared/ReasonField";
import { useAct } from "../shared/useAct";
import { muscleWord } from "../words/names";
import { t } from "../words/words";
import { refresh } from "../shared/refresh";

interface Row {
  key: string;
  /** As the record has it; empty for a muscle that was added here. */
  was: Partial<GivenInjection>;
  muscle: string;
  side: GivenInjection["side"];
  units: string | null;
  sites: string | null;
  lot: string;
  /** Why it was not given; null where it was. */
  skipped: string | null;
}

function rowsOf(session: Session): Row[] {
  const given = session.injections.map((was) => ({
    key: rowKey(),
    was,
    muscle: was.muscle,
    side: was.side ?? null,
    units: was.units,
    sites: was.sites == null ? null : String(was.sites),
    lot: was.lot ?? "",
    skipped: null,
  }));
  const skipped = (session.skipped ?? []).map((was) => ({
    key: rowKey(),
    was: {},
    muscle: was.muscle,
    side: was.side ?? null,
    units: null,
    sites: null,
    lot: "",
    skipped: was.reason,
  }));
  return [...given, ...skipped];
}

/** What the row says was given; the volume follows from the vial again where the dose changed. */
function injectionOf(row: Row, vials: readonly VialRow[]): GivenInjection {
  const sites = row.sites === null ? null : Number(row.sites);
  const { positions, ...was } = row.was;
  return {
    ...was,
    muscle: row.muscle,
    side: row.side ?? null,
    units: row.units!,
    sites,
    volume_ml: was.units === row.units ? (was.volume_ml ?? null) : volumeOf(row.units, vials),
    lot: row.lot.trim() || null,
    // Places of needles are kept for as long as there are as many of them.
    ...(positions && was.sites === sites ? { positions } : {}),
  };
}

export function CorrectSession({ id, session }: { id: string; session: Session }) {
  const me = useMe();
  const [open, setOpen] = useState<"nothing" | "correct" | "take back">("nothing");
  if (me.data?.role !== "injector" || !session.id) return null;
  const path = `/api/patients/${encodeURIComponent(id)}/sessions/${encodeURIComponent(session.id)}`;
  return (
    <section className="card stack" aria-labelledby="wrong-title">
      <h2 id="wrong-title">
        {session.signed_by ? t("Is something wrong here?") : t("This session is not signed")}
      </h2>
      {!session.signed_by && (
        <p className="soft">
          {t("Compare it with what was given, correct it where it differs, and sign it.")}
        </p>
      )}
      <div className="row">
        <button
          type="button"
          className={session.signed_by ? "btn" : "btn btn--main"}
          aria-expanded={open === "correct"}
          onClick={() => setOpen(open === "correct" ? "nothing" : "correct")}
        >
          {session.signed_by ? t("Correct what was given") : t("Check and sign")}
        </button>
        <button
          type="button"
          className="btn"
          aria-expanded={open === "take back"}
          onClick={() => setOpen(open === "take back" ? "nothing" : "take back")}
        >
          {t("Take the session back")}
        </button>
      </div>
      {open === "correct" && (
        <Correction id={id} path={path} session={session} onDone={() => setOpen("nothing")} />
      )}
      {open === "take back" && <TakeBack id={id} path={path} />}
    </section>
  );
}

interface CorrectionProps {
  id: string;
  path: string;
  session: Session;
  onDone: () => void;
}

function Correction({ id, path, session, onDone }: CorrectionProps) {
  const client = useQueryClient();
  const muscles = useMuscles();
  const policy = usePolicy();
  const products = useProducts();
  const [date, setDate] = useState<string>(session.date);
  const [rows, setRows] = useState(() => rowsOf(session));
  const [vials, setVials] = useState(() => (session.reconstitution?.vials ?? []).map(vialRow));
  const [note, setNote] = useState(session.note ?? "");
  const [reason, setReason] = useState("");
  const [blocking, setBlocking] = useState<Finding[]>([]);
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const edit = (key: string, change: Partial<Row>) =>
    setRows((before) => before.map((row) => (row.key === key ? { ...row, ...change } : row)));
  const add = (muscle: string, side: GivenInjection["side"]) =>
    setRows((before) => [
      ...before,
      {
        key: rowKey(),
        was: {},
        muscle,
        side,
        units: null,
        sites: null,
        lot: vials[0]?.lot ?? "",
        skipped: null,
      },
    ]);
  const lacking = rows.some((row) =>
    row.skipped === null ? row.units === null : row.skipped.trim().length < 3,
  );

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const listed = session.reconstitution?.vials.length ? null : (session.reconstitution ?? null);
    const body = {
      date,
      given: {
        injections: rows.filter((row) => row.skipped === null).map((row) => injectionOf(row, vials)),
        skipped: rows
          .filter((row) => row.skipped !== null)
          .map((row) => ({ muscle: row.muscle, side: row.side, reason: row.skipped!.trim() })),
        // No vial any more is none; a session that listed none is left as it is.
        reconstitution: reconstitutionOf(vials) ?? listed,
      },
      place: session.place ?? null,
      note: note.trim() || null,
      reason: reason.trim(),
      signature: {
        meaning: session.signed_by
          ? "I corrected this record to what was given"
          : "I gave these injections as recorded",
      },
      overrides: blocking
        .filter((finding) => answers[findingKey(finding)]?.trim())
        .map((finding) => ({
          rule: finding.rule,
          subject: finding.subject,
          reason: answers[findingKey(finding)]!.trim(),
        })),
    };
    try {
      await post(`${path}/correction`, body);
      await refresh(client, ["patient", id]);
      onDone();
    } catch (refused) {
      if (refused instanceof ApiError)
        setBlocking(refused.findings.filter((one) => one.severity === "error"));
      setError(refused instanceof Error ? refused.message : String(refused));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="stack" onSubmit={(event) => void submit(event)} aria-label={t("Correct what was given")}>
      <div className="field">
        <label htmlFor="given-on">{t("Given on")}</label>
        <input
          id="given-on"
          type="date"
          className="input"
          required
          max={today()}
          value={date}
          onChange={(event) => setDate(event.target.value)}
        />
      </div>
      <ul className="corrected">
        {rows.map((row) => (
          <CorrectedRow key={row.key} row={row} onEdit={(change) => edit(row.key, change)} />
        ))}
      </ul>
      <AddMuscle muscles={muscles.data ?? []} onAdd={add} />
      <VialTable
        vials={vials}
        product={session.product}
        sizes={products.data?.find((one) => one.id === session.product)?.vial_units?.map(String) ?? []}
        onChange={setVials}
        withLots
      />
      <div className="field">
        <label htmlFor="session-note">{t("Note")}</label>
        <textarea
          id="session-note"
          className="input"
          rows={2}
          maxLength={8000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </div>
      <ReasonField
        label={t("Why the record is changed (kept in the record)")}
        value={reason}
        onChange={setReason}
      />
      {blocking.map((finding) => (
        <div key={findingKey(finding)} className="stack stack--tight">
          <FindingBox finding={finding} />
          {!barred(finding.rule, policy.data) && (
            <div className="field">
              <label htmlFor={`answer-${findingKey(finding)}`}>
                {t("Reason for going over this limit (kept in the record)")}
              </label>
              <textarea
                id={`answer-${findingKey(finding)}`}
                className="input"
                rows={2}
                value={answers[findingKey(finding)] ?? ""}
                onChange={(event) => setAnswers({ ...answers, [findingKey(finding)]: event.target.value })}
              />
            </div>
          )}
        </div>
      ))}
      <ActError error={error} />
      <div className="row">
        <button type="submit" className="btn btn--main" disabled={busy || lacking || !isReason(reason)}>
          <Icon name="verified" />
          {session.signed_by ? t("Correct and sign") : t("Sign")}
        </button>
        <p className="soft small">{t("What stood before stays readable in the history.")}</p>
      </div>
    </form>
  );
}

function CorrectedRow({ row, onEdit }: { row: Row; onEdit: (change: Partial<Row>) => void }) {
  const name = muscleWord(row.muscle, row.side ?? null);
  return (
    <li className="corrected__row">
      <strong>{name}</strong>
      {row.skipped === null ? (
        <div className="form-line">
          <NumberField
            label={t("Given")}
            of={name}
            unit={t("units")}
            value={row.units}
            onChange={(units) => onEdit({ units })}
          />
          <NumberField
            label={t("Sites")}
            of={name}
            value={row.sites}
            whole
            optional
            onChange={(sites) => onEdit({ sites })}
          />
          <div className="field">
            <label htmlFor={`lot-${row.key}`}>{t("Lot")}</label>
            <input
              id={`lot-${row.key}`}
              className="input"
              maxLength={60}
              value={row.lot}
              onChange={(event) => onEdit({ lot: event.target.value })}
            />
          </div>
          <button type="button" className="btn" onClick={() => onEdit({ skipped: "" })}>
            {t("Was not given")}
          </button>
        </div>
      ) : (
        <div className="form-line">
          <div className="field">
            <label htmlFor={`skip-${row.key}`}>{t("Not given, because")}</label>
            <input
              id={`skip-${row.key}`}
              className="input"
              maxLength={200}
              value={row.skipped}
              onChange={(event) => onEdit({ skipped: event.target.value })}
            />
          </div>
          <button type="button" className="btn" onClick={() => onEdit({ skipped: null })}>
            {t("Was given")}
          </button>
        </div>
      )}
    </li>
  );
}

function TakeBack({ id, path }: { id: string; path: string }) {
  const { busy, error, run } = useAct();
  const [, go] = useLocation();
  const [reason, setReason] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(`${path}/take-back`, { reason: reason.trim() }, ["patient", id]))
      go(`/patients/${id}/chart`);
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)} aria-label={t("Take the session back")}>
      <p>
        {t(
          "For a session that this patient was never given, for example one written into the wrong chart. Its units no longer count, its vials are in the stock again, and the history keeps what stood here.",
        )}
      </p>
      <ReasonField
        label={t("Why it is taken back (kept in the record)")}
        value={reason}
        onChange={setReason}
      />
      <ActError error={error} />
      <div className="row">
        <button type="submit" className="btn btn--main" disabled={busy || !isReason(reason)}>
          {t("Take it back")}
        </button>
      </div>
    </form>
  );
}
