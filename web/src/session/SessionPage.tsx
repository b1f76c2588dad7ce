/** The session: prepare, time-out, vials, give, sign. Nothing is recorded before the signature. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { ApiError, OfflineError, post } from "../api/client";
import { useApprovals, useMe, usePolicy, useProducts, useRegions } from "../api/queries";
import type { Chart, Finding } from "../api/types";
import { BodyMap } from "../map/BodyMap";
import type { Mark } from "../map/mark";
import { viewFor } from "../map/views";
import { sum } from "../numbers/decimal";
import { units } from "../numbers/format";
import { NextVisit } from "../patient/NextVisit";
import { FindingBox } from "../plan/findings";
import { keepDraft, keptDraft } from "../plan/store";
import { useCheck } from "../plan/useCheck";
import { VialTable } from "../plan/VialTable";
import { isComplete, planOf, planPatient, type Draft } from "../plan/draft";
import { Icon } from "../shared/Icon";
import { savePdf } from "../shared/pdf";
import { muscleWord } from "../words/names";
import { t } from "../words/words";
import { Checklist } from "./Checklist";
import { GiveList } from "./GiveList";
import { Agreed, AskSecond } from "./SecondPerson";
import { approvalOf, asksSecond, barred, unapproved } from "./secondPerson";
import { StockOffer } from "./StockOffer";
import {
  findingKey,
  givenDocument,
  givenOf,
  goOn,
  keepSession,
  keptSession,
  missing,
  planAsGiven,
  type SessionState,
} from "./state";
import { refresh } from "../shared/refresh";

/** How often a signed session that did not arrive is sent again; the same key signs it once. */
const RETRY_MS = 5000;
/** How often a waiting page asks whether a second person has agreed. */
const ASK_MS = 5000;

export function SessionPage({ id, chart }: { id: string; chart: Chart }) {
  const [signed, setSigned] = useState<{ session_id: string; hash: string } | null>(null);
  const kept = keptDraft(id);
  if (signed) return <Signed id={id} chart={chart} signed={signed} />;
  if (!kept || kept.rows.length === 0)
    return (
      <main className="page" id="main">
        <h1>{t("Session")}</h1>
        <p>{t("A session begins with a plan.")}</p>
        <div className="row">
          <Link href={`/patients/${id}/plan`} className="btn btn--main">
            {t("Make the plan")}
          </Link>
          <Link href={`/patients/${id}/approve`} className="btn">
            {t("Approve a colleague's plan")}
          </Link>
        </div>
      </main>
    );
  if (!isComplete(kept))
    return (
      <main className="page" id="main">
        <h1>{t("Session")}</h1>
        <p>
          {t("The plan lacks a dose: {muscles}.", {
            muscles: kept.rows
              .filter((row) => row.units === null)
              .map((row) => muscleWord(row.muscle, row.side))
              .join("; "),
          })}
        </p>
        <div>
          <Link href={`/patients/${id}/plan`} className="btn btn--main">
            {t("Back to the plan")}
          </Link>
        </div>
      </main>
    );
  return (
    <Running id={id} chart={chart} draft={{ ...kept, patient: planPatient(chart) }} onSigned={setSigned} />
  );
}

function Running({
  id,
  chart,
  draft,
  onSigned,
}: {
  id: string;
  chart: Chart;
  draft: Draft;
  onSigned: (signed: { session_id: string; hash: string }) => void;
}) {
  const me = useMe();
  const client = useQueryClient();
  const products = useProducts();
  const regions = useRegions();
  const [state, setState] = useState<SessionState>(() => goOn(keptSession(id), draft));
  const latest = useRef(state);
  const [lit, setLit] = useState<string | null>(null);
  const [view, setView] = useState(() => viewFor(draft.indication));
  const [error, setError] = useState<string | null>(null);
  const [refused, setRefused] = useState<Finding[]>([]);
  const [busy, setBusy] = useState(false);
  const change = useCallback(
    (next: (before: SessionState) => SessionState) => {
      // Kept at once: a page that is left in the same moment may never come to its next state.
      latest.current = next(latest.current);
      keepSession(id, latest.current);
      setState(latest.current);
    },
    [id],
  );
  const asGiven = useMemo(() => planAsGiven(draft, state), [draft, state]);
  const check = useCheck(asGiven.injections.length ? asGiven : null);
  const blocking = (check.report?.findings ?? refused).filter((finding) => finding.severity === "error");
  const policy = usePolicy();
  const asks = blocking.some((finding) => asksSecond(finding.rule, policy.data));
  const approvals = useApprovals(id, asks, ASK_MS);
  const who = me.data?.name ?? null;
  const seconds = approvals.data?.rows ?? [];
  const [askedSecond, setAskedSecond] = useState(false);
  const open = unapproved(blocking, policy.data, seconds, who);
  const reasoned = blocking.filter((finding) => !barred(finding.rule, policy.data));
  const lacks = [
    ...missing(draft, state, reasoned, policy.data?.shortest_override_reason),
    ...(blocking.some((finding) => barred(finding.rule, policy.data))
      ? [t("Another vial: for this one nobody may sign here")]
      : []),
    ...(open.length ? [t("The agreement of a second person")] : []),
  ];
  // The vials are taken before the first needle, for what is planned.
  const planned = sum(
    draft.rows
      .filter((row) => givenOf(state, row).state !== "skipped")
      .map((row) => givenOf(state, row).units ?? row.units ?? "0"),
  );
  const total = sum(asGiven.injections.map((injection) => injection.units));
  const sizes = (products.data?.find((product) => product.id === draft.product)?.vial_units ?? []).map(
    String,
  );
  const marks: Mark[] = draft.rows.map((row) => {
    const given = givenOf(state, row);
    return {
      muscle: row.muscle,
      side: row.side,
      text: given.state === "skipped" ? "×" : (given.sites ?? row.sites ?? "–"),
      sites: given.places ?? row.places,
      tone: given.state === "given" || given.state === "changed" ? "done" : "plain",
      words: `${units(given.units ?? row.units ?? "0")}, ${t(given.state === "open" ? "not given yet" : given.state)}`,
    };
  });

  const sign = async () => {
    setBusy(true);
    setError(null);
    const body = state.waiting ?? {
      ...givenDocument(draft, state),
      signature: { meaning: "I gave these injections as recorded" },
      overrides: blocking
        .filter((finding) => state.overrides[findingKey(finding)])
        .map((finding) => ({
          rule: finding.rule,
          subject: finding.subject,
          reason: state.overrides[findingKey(finding)]!.trim(),
        })),
    };
    try {
      const answer = await post<{ session_id: string; hash: string }>(
        `/api/patients/${encodeURIComponent(id)}/sessions`,
        body,
        { key: state.signKey },
      );
      keepDraft(id, null);
      keepSession(id, null);
      await refresh(client);
      onSigned(answer);
    } catch (reason) {
      const lost = reason instanceof OfflineError;
      change((before) => ({ ...before, waiting: lost ? body : null }));
      if (reason instanceof ApiError) setRefused(reason.findings);
      setError(lost ? null : reason instanceof Error ? reason.message : String(reason));
      setBusy(false);
    }
  };

  // The newest closure of `sign` is what a later moment has to call.
  const again = useRef(sign);
  useEffect(() => {
    again.current = sign;
  });
  const waiting = Boolean(state.waiting);
  useEffect(() => {
    if (!waiting) return;
    const send = () => void again.current();
    window.addEventListener("online", send);
    const timer = setInterval(send, RETRY_MS);
    // A page that was loaded again does not wait for the first round.
    const soon = setTimeout(send, 500);
    return () => {
      clearTimeout(soon);
      window.removeEventListener("online", send);
      clearInterval(timer);
    };
  }, [waiting, again]);

  return (
    <main data-checked={check.current} className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Session")}</h1>
          <p className="soft">
            {units(total)} {draft.product} · {t("nothing is recorded before you sign")}
          </p>
        </div>
        <div className="row">
          <button
            type="button"
            className="btn"
            onClick={() =>
              void savePdf(
                `/api/patients/${encodeURIComponent(id)}/sheets/injection.pdf`,
                planOf({ ...draft, vials: state.vials }),
                "injection-sheet.pdf",
              ).catch((reason: unknown) =>
                setError(reason instanceof Error ? reason.message : String(reason)),
              )
            }
          >
            <Icon name="print" />
            {t("Injection sheet (PDF)")}
          </button>
          <Link href={`/patients/${id}/plan`} className="btn">
            <Icon name="left" />
            {t("Back to the plan")}
          </Link>
        </div>
      </div>
      <div className="session-grid">
        <div className="stack" data-waiting={waiting || undefined}>
          <fieldset className="plain stack" disabled={waiting}>
            <legend className="unseen">{t("What was done")}</legend>
            <Checklist state={state} onChange={change} />
            <section className="card" aria-labelledby="vials-title">
              <h2 id="vials-title">{t("Vials and lots")}</h2>
              <StockOffer
                patient={id}
                product={draft.product}
                total={planned}
                vials={state.vials}
                onTake={(vials) => change((before) => ({ ...before, vials }))}
              />
              <VialTable
                vials={state.vials}
                product={draft.product}
                sizes={sizes}
                onChange={(vials) => change((before) => ({ ...before, vials }))}
                withLots
              />
            </section>
            <GiveList draft={draft} state={state} onChange={change} onLight={setLit} />
          </fieldset>
          <section className="card stack" aria-labelledby="sign-title">
            <h2 id="sign-title">{t("Sign")}</h2>
            {blocking.map((finding) => (
              <div key={findingKey(finding)} className="stack stack--tight">
                <FindingBox finding={finding} />
                {!barred(finding.rule, policy.data) && (
                  <div className="field">
                    <label htmlFor={`override-${findingKey(finding)}`}>
                      {t("Reason for going over this limit (kept in the record)")}
                    </label>
                    <textarea
                      id={`override-${findingKey(finding)}`}
                      className="input"
                      rows={2}
                      value={state.overrides[findingKey(finding)] ?? ""}
                      onChange={(event) =>
                        change((before) => ({
                          ...before,
                          overrides: { ...before.overrides, [findingKey(finding)]: event.target.value },
                        }))
                      }
                    />
                  </div>
                )}
                {asksSecond(finding.rule, policy.data) && approvalOf(finding, seconds, who) !== null && (
                  <Agreed approval={approvalOf(finding, seconds, who)!} />
                )}
              </div>
            ))}
            {open.length > 0 && (
              <AskSecond id={id} plan={asGiven} asked={askedSecond} onAsked={() => setAskedSecond(true)} />
            )}
            {lacks.length > 0 && (
              <div className="note-box" role="status">
                <Icon name="note" />
                <div>
                  <strong>{t("Before you can sign")}</strong>
                  <ul className="lacks">
                    {lacks.map((line) => (
                      <li key={line}>{line}</li>
                    ))}
                  </ul>
                </div>
              </div>
            )}
            {error && (
              <div className="note-box note-box--stop" role="alert">
                <Icon name="stop" />
                <p>{error}</p>
              </div>
            )}
            <p>
              {t("I, {name}, gave these injections as recorded: {total} of {product}.", {
                name: me.data?.name ?? t("unknown"),
                total: units(total),
                product: draft.product,
              })}
            </p>
            {waiting && (
              <div className="note-box note-box--check" role="alert">
                <Icon name="clock" />
                <div className="stack stack--tight">
                  <p>
                    {t(
                      "The server cannot be reached. Your signature waits here and is sent by itself, once. Leave this page open.",
                    )}
                  </p>
                  <div>
                    <button
                      type="button"
                      className="btn btn--small"
                      onClick={() => change((before) => ({ ...before, waiting: null }))}
                    >
                      {t("Do not send; change something")}
                    </button>
                  </div>
                </div>
              </div>
            )}
            <div>
              <button
                type="button"
                className="btn btn--main btn--sign"
                disabled={lacks.length > 0 || busy || waiting}
                onClick={() => void sign()}
              >
                <Icon name="pen" />
                {t("Sign the session")}
              </button>
            </div>
          </section>
        </div>
        <section className="card session-map" aria-labelledby="map-title">
          <h2 id="map-title">{t("Body map")}</h2>
          <BodyMap
            marks={marks}
            regions={regions.data ?? {}}
            lit={lit}
            onLight={setLit}
            onSites={(mark, at, sites) => {
              const row = draft.rows.find((one) => one.muscle === mark.muscle && one.side === mark.side);
              if (row)
                change((before) => ({
                  ...before,
                  given: {
                    ...before.given,
                    [row.key]: {
                      ...givenOf(before, row),
                      ...(String(sites.length) === row.sites ? {} : { state: "changed" as const }),
                      sites: sites.length ? String(sites.length) : null,
                      places: { [at]: sites },
                    },
                  },
                }));
            }}
            view={view}
            onView={setView}
          />
          <p className="hint">{chart.goals.at(-1) ? `${t("Goal")}: “${chart.goals.at(-1)!.text}”` : ""}</p>
        </section>
      </div>
    </main>
  );
}

function Signed({
  id,
  chart,
  signed,
}: {
  id: string;
  chart: Chart;
  signed: { session_id: string; hash: string };
}) {
  return (
    <main className="page page--narrow" id="main">
      <div className="note-box note-box--good" role="status">
        <Icon name="good" />
        <div className="stack stack--tight">
          <h1>{t("Signed")}</h1>
          <p>{t("The session is in the record. From now on it can only be amended, with a reason.")}</p>
          <p className="small">
            {t("Hash")}: <code className="hash">{signed.hash}</code>
          </p>
        </div>
      </div>
      <div className="row">
        <Link href={`/patients/${id}/chart`} className="btn btn--main">
          {t("Back to the chart")}
        </Link>
        <Link href={`/patients/${id}/sheet?session=${encodeURIComponent(signed.session_id)}`} className="btn">
          <Icon name="print" />
          {t("Printed sheet")}
        </Link>
        <Link href="/" className="btn">
          {t("Today's list")}
        </Link>
      </div>
      <NextVisit id={id} chart={chart} />
    </main>
  );
}
