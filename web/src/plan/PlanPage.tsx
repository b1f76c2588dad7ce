/** The plan: start from last time, change, and see at once what the rules say. */
import { Suspense, useMemo, useRef, useState } from "react";
import { Redirect, useLocation } from "wouter";
import { ApiError, newKey, post } from "../api/client";
import {
  useDrafts,
  useMuscles,
  useProducts,
  useProposals,
  useRanking,
  useRegions,
  type KeptDraft,
  type Proposal,
} from "../api/queries";
import type { Chart, Plan, Side } from "../api/types";
import { sum } from "../numbers/decimal";
import { number, units } from "../numbers/format";
import { BodyMap } from "../map/BodyMap";
import type { Mark } from "../map/mark";
import { viewOfSites } from "../map/sites";
import { viewFor } from "../map/views";
import { Boundary, part } from "../shared/part";
import { effectIn, effectWord } from "../patient/outcome";
import { keepSession, keptSession } from "../session/state";
import { EnglishBelow, Loading } from "../shared/states";
import { muscleWord, productName, sitesWord } from "../words/names";
import { t } from "../words/words";
import { AddMuscle } from "./AddMuscle";
import { DoseTable } from "./DoseTable";
import {
  changeProduct,
  doseRow,
  draftFromPlan,
  emptyDraft,
  isComplete,
  lastDoses,
  lastSessionOf,
  placed,
  planOf,
  planPatient,
  type Draft,
  type DoseRow,
} from "./draft";
import { FindingList, isAbout } from "./findings";
import { LastOutcome } from "./LastOutcome";
import { LimitsPanel } from "./LimitsPanel";
import { Preview } from "./Preview";
import { Ranking } from "./Ranking";
import { reasonsByMuscle, reasonText } from "./reasons";
import { StartFrom } from "./StartFrom";
import { useDraft } from "./store";
import { TotalsBar } from "./TotalsBar";
import { useCheck } from "./useCheck";
import { VialTable } from "./VialTable";

// The model's pictures are asked for by few and large for all: fetched when they are opened.
const NeckView = part(async () => ({ default: (await import("../neck/NeckView")).NeckView }));
const WhatIf = part(async () => ({ default: (await import("../simulation/WhatIf")).WhatIf }));

function planOfLast(chart: Chart): Plan | null {
  const last = lastSessionOf(chart);
  if (!last) return null;
  const { product, indication, jurisdiction, reconstitution, injections } = last;
  return {
    product,
    indication,
    jurisdiction: jurisdiction ?? chart.jurisdiction,
    reconstitution: reconstitution ?? null,
    injections: injections.map(({ muscle, side, units: dose, sites, limb, positions }) => ({
      muscle,
      side: side ?? null,
      units: dose,
      sites: sites ?? null,
      limb: limb ?? null,
      ...placed(positions ?? []),
    })),
  };
}

export function PlanPage({ id, chart }: { id: string; chart: Chart }) {
  // A signature that waits for the line belongs to this plan: until it is sent or taken back, nothing here changes.
  if (keptSession(id)?.waiting) return <Redirect to={`/patients/${id}/session`} replace />;
  return <Planning id={id} chart={chart} />;
}

function Planning({ id, chart }: { id: string; chart: Chart }) {
  const [, go] = useLocation();
  const [kept, keep] = useDraft(id);
  const [replaced, setReplaced] = useState<Draft | null>(null);
  const [gone, setGone] = useState<string | null>(null);
  const drafts = useDrafts(id, kept === null);
  const muscles = useMuscles();
  const products = useProducts();
  const regions = useRegions();
  const ranking = useRanking(id);
  // Without a session here the planner asks which product; the draft's own is the answer.
  const last = lastSessionOf(chart);
  const hasLast = last !== null;
  const proposals = useProposals(id, hasLast ? null : (kept?.product ?? null));
  const [lit, setLit] = useState<string | null>(null);
  const [view, setView] = useState(
    () =>
      viewOfSites((kept?.rows ?? []).map((row) => row.places)) ??
      viewFor(kept?.indication ?? chart.conditions[0]?.condition ?? lastSessionOf(chart)?.indication),
  );
  const [saving, setSaving] = useState<string | null>(null);
  const draftKey = useRef(newKey());
  // The chart may have grown since the draft was kept: the patient's part is always today's.
  const draft = useMemo<Draft | null>(
    () => (kept ? { ...kept, patient: { ...kept.patient, ...planPatient(chart) } } : null),
    [kept, chart],
  );
  const plan = useMemo(
    () => (draft && draft.rows.some((row) => row.units !== null) ? planOf(draft) : null),
    [draft],
  );
  const check = useCheck(plan);
  const findings = useMemo(() => check.report?.findings ?? [], [check.report]);
  const general = findings.filter((finding) => !draft?.rows.some((row) => isAbout(finding, row)));
  const lastPlan = useMemo(() => proposals.data?.repeat_last ?? planOfLast(chart), [proposals.data, chart]);

  const setDraft: typeof keep = (next) => {
    setReplaced(null);
    setSaving(null);
    keep(next);
  };
  /** One press that changes much can be taken back. */
  const replace = (next: Draft | null) => {
    setReplaced(kept && kept.rows.length > 0 ? kept : null);
    keep(next);
  };
  const start = (from: Plan, origin: string, proposal?: Proposal) => {
    const next = draftFromPlan(from, chart, origin, reasonsByMuscle(proposal, from));
    replace({ ...next, keptAs: kept?.keptAs });
    setView(viewOfSites(next.rows.map((row) => row.places)) ?? viewFor(from.indication));
  };
  const goOnWith = ({ draft_id, plan: from }: KeptDraft) => {
    const next = draftFromPlan(from, chart, "kept");
    setDraft({ ...next, keptAs: draft_id });
    setView(viewOfSites(next.rows.map((row) => row.places)) ?? viewFor(from.indication));
  };
  const discard = () => {
    const taken = kept?.keptAs;
    replace(null);
    keepSession(id, null);
    if (!taken) return;
    // Taken back on the server it is gone for every screen; Undo keeps it anew.
    setReplaced((old) => old && { ...old, keptAs: undefined });
    setGone(taken);
    post(`/api/patients/${encodeURIComponent(id)}/drafts/${encodeURIComponent(taken)}/void`, {
      reason: "discarded on the screen",
    })
      .then(() => drafts.refetch())
      .catch((error: unknown) => setSaving(error instanceof Error ? error.message : String(error)));
  };
  const editRow = (key: string, change: Partial<DoseRow>) =>
    setDraft((before) =>
      before
        ? {
            ...before,
            rows: before.rows.map((row) => {
              if (row.key !== key) return row;
              const next = { ...row, ...change };
              if (change.side) {
                next.last = lastDoses(chart, before.product).get(`${row.muscle} ${change.side}`) ?? null;
                // Placed on the other side, a site says nothing of this one.
                next.places = undefined;
              }
              return next;
            }),
          }
        : before,
    );
  const addMuscle = (muscle: string, side: Side) => {
    const there = draft?.rows.find((row) => row.muscle === muscle && row.side === side);
    const row = there ?? { ...doseRow({ muscle, side, units: "0" }, new Map()), units: null };
    if (!there)
      setDraft((before) => {
        const base = before ?? emptyDraft(chart, last?.product ?? products.data?.[0]?.id ?? "");
        const dose = lastDoses(chart, base.product).get(`${muscle} ${side}`) ?? null;
        return { ...base, rows: [...base.rows, { ...row, last: dose }] };
      });
    setTimeout(() => {
      const label = `${muscleWord(muscle, side)}: ${t("units")}`;
      const fields = Array.from(document.querySelectorAll<HTMLInputElement>('input[name="units"]'));
      fields.find((field) => field.labels?.[0]?.textContent === label)?.focus();
    }, 30);
  };
  const marks: Mark[] = (draft?.rows ?? []).map((row) => {
    const own = findings.filter((finding) => isAbout(finding, row));
    const tone = own.some((f) => f.severity === "error")
      ? "stop"
      : own.some((f) => f.severity === "warning")
        ? "check"
        : "plain";
    return {
      muscle: row.muscle,
      side: row.side,
      text: row.sites ?? "–",
      tone,
      sites: row.places,
      words: `${row.units === null ? t("no dose yet") : units(row.units)}, ${sitesWord(row.sites)}`,
    };
  });
  const toSession = async () => {
    if (!draft || !plan) return;
    setSaving(t("Saving the draft"));
    try {
      const { draft_id } = await post<{ draft_id: string }>(
        `/api/patients/${encodeURIComponent(id)}/drafts`,
        { plan, draft_id: draft.keptAs ?? null },
        { key: draftKey.current },
      );
      keep({ ...draft, keptAs: draft_id });
      go(`/patients/${id}/session`);
    } catch (error) {
      setSaving(error instanceof Error ? error.message : String(error));
      draftKey.current = newKey();
      // Signed or taken back elsewhere, its id keeps no further plan: the next press keeps this one as a new draft.
      if (error instanceof ApiError && error.status === 409) keep({ ...draft, keptAs: undefined });
    }
  };
  const sizes = (products.data?.find((product) => product.id === draft?.product)?.vial_units ?? []).map(
    String,
  );

  return (
    <main className="page page--plan" id="main">
      <div className="page-head">
        <div className="page-head-line">
          <h1>{t("Plan")}</h1>
          <p className="soft">{t("A proposal changes nothing: only your signature does.")}</p>
        </div>
      </div>
      {last && <LastOutcome id={id} chart={chart} last={last} />}
      <StartFrom
        proposals={proposals.data ?? null}
        pending={proposals.isPending}
        error={proposals.error}
        lastDate={last?.date ?? null}
        lastPlan={lastPlan}
        origin={draft?.origin ?? null}
        onPlan={start}
        onDiscard={discard}
        onBlank={(product) =>
          replace({
            ...emptyDraft(chart, product ?? last?.product ?? products.data?.[0]?.id ?? ""),
            keptAs: kept?.keptAs,
          })
        }
        kept={kept === null ? (drafts.data?.rows ?? []).filter((one) => one.draft_id !== gone) : []}
        onKept={goOnWith}
        onUndo={
          replaced &&
          (() => {
            keep(replaced);
            setReplaced(null);
          })
        }
        products={hasLast ? [] : (products.data ?? []).map((one) => one.id)}
      />
      <div className="plan-grid">
        <section className="card plan-map" aria-labelledby="map-title">
          <h2 id="map-title">{t("Body map")}</h2>
          <BodyMap
            marks={marks}
            regions={regions.data ?? {}}
            lit={lit}
            onLight={setLit}
            onChoose={addMuscle}
            onSites={(mark, at, sites) => {
              const row = draft?.rows.find((one) => one.muscle === mark.muscle && one.side === mark.side);
              if (row)
                editRow(row.key, {
                  sites: sites.length ? String(sites.length) : null,
                  places: { [at]: sites },
                });
            }}
            view={view}
            onView={setView}
          />
        </section>
        <div className="plan-doses stack">
          <section className="card" aria-labelledby="doses-title">
            <div className="card-head">
              <h2 id="doses-title">{t("Doses")}</h2>
              {draft && (
                <div className="row">
                  <label className="small soft" htmlFor="product">
                    {t("Product")}
                  </label>
                  <select
                    id="product"
                    className="select select--small"
                    value={draft.product}
                    onChange={(event) => replace(changeProduct(draft, event.target.value, chart))}
                  >
                    {!products.data?.some((product) => product.id === draft.product) && (
                      <option value={draft.product}>{productName(draft.product)}</option>
                    )}
                    {products.data?.map((product) => (
                      <option key={product.id} value={product.id}>
                        {product.id}
                      </option>
                    ))}
                  </select>
                </div>
              )}
            </div>
            {draft && draft.rows.length > 0 && (
              <DoseTable
                draft={draft}
                findings={findings}
                lit={lit}
                onLight={setLit}
                onRow={editRow}
                didLast={(muscle, side) => {
                  const effect = effectIn(last, muscle, side);
                  return effect && effectWord(effect);
                }}
                onRemove={(key) => replace({ ...draft, rows: draft.rows.filter((row) => row.key !== key) })}
                sidesOf={(muscle) =>
                  muscles.data?.find((one) => one.id === muscle)?.sides ?? ["left", "right"]
                }
              />
            )}
            {draft?.rows.length === 0 && (
              <p className="soft">
                {t("No muscle yet. Type a name, tap the map, or take one from the ranking.")}
              </p>
            )}
            {!draft && <p className="soft">{t("Choose above where to start, or add a muscle.")}</p>}
            <AddMuscle muscles={muscles.data ?? []} onAdd={addMuscle} />
            {draft && (
              <section aria-labelledby="vials-title" className="plan-vials">
                <h3 id="vials-title">{t("Vials")}</h3>
                <VialTable
                  vials={draft.vials}
                  product={draft.product}
                  sizes={sizes}
                  planned={sum(draft.rows.map((row) => row.units ?? "0"))}
                  onChange={(vials) => setDraft({ ...draft, vials })}
                />
              </section>
            )}
          </section>
          <Ranking
            ranking={ranking.data?.muscles ?? null}
            error={ranking.error}
            has={(muscle, side) =>
              Boolean(draft?.rows.some((row) => row.muscle === muscle && row.side === side))
            }
            onAdd={addMuscle}
            onLight={setLit}
          />
        </div>
        <div className="plan-side stack">
          {plan && <Preview id={id} plan={plan} />}
          {general.length > 0 && (
            <section className="card" aria-labelledby="findings-title">
              <h2 id="findings-title">{t("About the whole session")}</h2>
              <FindingList findings={general} />
            </section>
          )}
          <section className="card" aria-labelledby="limits-title">
            <h2 id="limits-title">{t("Limits")}</h2>
            <LimitsPanel report={check.report} />
            {(check.report?.not_checked.length ?? 0) > 0 && (
              <details className="dose-reasons">
                <summary>{t("Not checked ({n})", { n: check.report!.not_checked.length })}</summary>
                <EnglishBelow />
                <ul>
                  {check.report!.not_checked.map((entry, index) => (
                    <li key={index}>{reasonText(entry)}</li>
                  ))}
                </ul>
              </details>
            )}
          </section>
        </div>
      </div>
      {plan && <Model plan={plan} />}
      {plan && <Neck plan={plan} />}
      {draft && (
        <TotalsBar
          draft={draft}
          check={check}
          complete={isComplete(draft)}
          message={saving}
          onGo={() => void toSession()}
          summary={draft.rows
            .map((row) => `${muscleWord(row.muscle, row.side)} ${row.units ? number(row.units) : "?"}`)
            .join("; ")}
        />
      )}
    </main>
  );
}

/** Closed, it costs nothing; opened, it stays beside the plan and says when the plan has changed since. */
function Model({ plan }: { plan: Plan }) {
  const [open, setOpen] = useState(false);
  return (
    <section className="card" aria-labelledby="model-title">
      <div className="card-head">
        <div>
          <h2 id="model-title">{t("What it would do, by the model")}</h2>
          <p className="hint">{t("Weakness of each muscle over the weeks, and what the toxin may reach.")}</p>
        </div>
        <button type="button" className="btn btn--small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t("Close the model") : t("Simulate this plan")}
        </button>
      </div>
      {open && (
        <Boundary>
          <Suspense fallback={<Loading what={t("the model")} tall={260} />}>
            <WhatIf plan={plan} />
          </Suspense>
        </Boundary>
      )}
    </section>
  );
}

/** Fetched when it is opened; it follows the plan while it is open. */
function Neck({ plan }: { plan: Plan }) {
  const [open, setOpen] = useState(false);
  return (
    <section className="card" aria-labelledby="neck-title">
      <div className="card-head">
        <div>
          <h2 id="neck-title">{t("The neck in three dimensions")}</h2>
          <p className="hint">{t("Muscles, needles and the structures at risk, to turn around.")}</p>
        </div>
        <button type="button" className="btn btn--small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t("Close the neck") : t("Show the neck")}
        </button>
      </div>
      {open && (
        <Boundary>
          <Suspense fallback={<Loading what={t("the drawing")} tall={420} />}>
            <NeckView plan={plan} />
          </Suspense>
        </Boundary>
      )}
    </section>
  );
}
