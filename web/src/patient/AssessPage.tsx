/** Assess: postures and examination typed or chosen, then the ranking that follows from them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { Link } from "wouter";
import { get, post } from "../api/client";
import { usePolicy, useRanking } from "../api/queries";
import type { Assessment, Chart, PostureFinding, Side } from "../api/types";
import { shown, today } from "../numbers/dates";
import { number } from "../numbers/format";
import { Ranking } from "../plan/Ranking";
import { Icon } from "../shared/Icon";
import { Boundary, part } from "../shared/part";
import { NumberField } from "../shared/NumberField";
import { Empty, Unknown } from "../shared/states";
import { useKept } from "../shared/useKept";
import { useKey } from "../shared/useKey";
import { coded, sideWord, words } from "../words/names";
import { t } from "../words/words";
import { Examination, type Examined } from "./Examination";
import { ConditionForm } from "./FactsForm";
import { HeadFigure } from "./HeadFigure";
import { HeadSliders } from "./HeadSliders";
import { refresh } from "../shared/refresh";

// The face model weighs half a megabyte: nobody fetches it who does not open the camera.
const CameraPosture = part(async () => ({ default: (await import("./CameraPosture")).CameraPosture }));

/** What is entered here and not yet saved. */
interface Entry {
  rows: PostureFinding[];
  examined: Examined[];
  trick: boolean | null;
  note: string;
}

interface PostureRow {
  id: string;
  name: string;
  region: string;
  direction: string | null;
}

const CERTAINTY = ["clear", "slight", "doubtful"] as const;

export function AssessPage({ id, chart }: { id: string; chart: Chart }) {
  const postures = useQuery({
    queryKey: ["postures"],
    queryFn: () => get<PostureRow[]>("/api/reference/postures"),
    staleTime: Infinity,
    retry: false,
  });
  const ranking = useRanking(id);
  const client = useQueryClient();
  // A recording alone, added from the EMG page, is no examination: it neither ends an entry nor empties the next one.
  const examinations = chart.assessments.filter(
    (one) => !one.emg?.length || one.postures?.length || one.examination?.length,
  );
  const last = [...examinations].sort((a, b) => a.date.localeCompare(b.date)).at(-1);
  const policy = usePolicy();
  const [camera, setCamera] = useState(false);
  // Another examination, or another day, ends an entry.
  const begun = `${today()} ${examinations.length}`;
  const entry = useKept<Entry>(`assess.${id}`, begun, {
    rows: last?.postures ?? [],
    examined: last?.examination ?? [],
    trick: last?.sensory_trick ?? null,
    note: "",
  });
  const { rows, examined, trick, note } = entry.value;
  const change = (now: Partial<Entry>) => entry.change({ ...entry.value, ...now });
  const setRows = (next: PostureFinding[]) => change({ rows: next });
  const [state, setState] = useState<{ kind: "idle" | "busy" | "saved" | "failed"; text: string }>({
    kind: "idle",
    text: "",
  });
  const keyed = useKey();
  const byId = new Map((postures.data ?? []).map((row) => [row.id, row]));
  const nameOf = (posture: string) =>
    t(byId.get(posture)?.name ?? words(posture.split(".").at(-1) ?? posture));
  const edit = (index: number, now: Partial<PostureFinding>) =>
    setRows(rows.map((row, at) => (at === index ? { ...row, ...now } : row)));
  const add = (posture: string) => {
    if (!posture || rows.some((row) => row.posture === posture)) return;
    const sided = Boolean(byId.get(posture)?.direction);
    setRows([...rows, { posture, side: sided ? "right" : null, angle_deg: null, certainty: "clear" }]);
  };
  const save = async () => {
    setState({ kind: "busy", text: "" });
    const assessment: Assessment = {
      date: today(),
      postures: rows,
      examination: examined,
      sensory_trick: trick,
      note: note.trim() || null,
    };
    try {
      const to = `/api/patients/${encodeURIComponent(id)}/assessments`;
      await keyed(JSON.stringify(assessment), (key) => post(to, assessment, { key }));
      await refresh(client, ["patient", id]);
      entry.discard();
      setState({ kind: "saved", text: t("Saved. The ranking beside is new.") });
    } catch (error) {
      setState({ kind: "failed", text: error instanceof Error ? error.message : String(error) });
    }
  };
  const isNeck =
    rows.some((row) => row.posture.startsWith("cervical.")) ||
    chart.conditions.some((one) => one.condition.includes("cervical"));
  const neck = rows.filter((row) => row.posture.startsWith("cervical."));
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Assess")}</h1>
          <p className="soft">
            {last
              ? t("Last assessment {date}; change what differs today.", { date: shown(last.date) })
              : t("No assessment yet.")}
          </p>
        </div>
        <Link href={`/patients/${id}/emg`} className="btn">
          <Icon name="search" />
          {t("EMG recording")}
        </Link>
      </div>
      {chart.conditions.length === 0 && (
        <section className="card">
          <ConditionForm id={id} chart={chart} />
        </section>
      )}
      <div className="chart-grid">
        <div className="stack">
          <section className="card stack" aria-labelledby="posture-title">
            <h2 id="posture-title">{t("Posture")}</h2>
            <div className="posture-grid">
              <div className="stack stack--tight">
                {rows.length === 0 && <Empty>{t("No posture entered.")}</Empty>}
                {rows.map((row, index) => (
                  <fieldset key={row.posture} className="posture">
                    <legend className="posture-name">{nameOf(row.posture)}</legend>
                    {byId.get(row.posture)?.direction && (
                      <p className="hint">{byId.get(row.posture)!.direction}</p>
                    )}
                    <div className="posture-fields">
                      {row.side !== null && row.side !== undefined && (
                        <div
                          className="segments"
                          role="group"
                          aria-label={t("Side of {muscle}", { muscle: nameOf(row.posture) })}
                        >
                          {(["right", "left"] as Side[]).map((side) => (
                            <button
                              key={side}
                              type="button"
                              aria-pressed={row.side === side}
                              onClick={() => edit(index, { side })}
                            >
                              {sideWord(side)}
                            </button>
                          ))}
                        </div>
                      )}
                      <NumberField
                        label={t("Angle")}
                        unit={t("degrees")}
                        optional
                        step="5"
                        value={row.angle_deg ?? null}
                        onChange={(angle_deg) => edit(index, { angle_deg })}
                      />
                      <div className="field">
                        <label htmlFor={`certainty-${index}`}>{t("How sure")}</label>
                        <select
                          id={`certainty-${index}`}
                          className="select"
                          value={row.certainty ?? "clear"}
                          onChange={(event) =>
                            edit(index, { certainty: event.target.value as PostureFinding["certainty"] })
                          }
                        >
                          {CERTAINTY.map((word) => (
                            <option key={word} value={word}>
                              {t(word)}
                            </option>
                          ))}
                        </select>
                      </div>
                      <button
                        type="button"
                        className="btn btn--quiet btn--icon"
                        aria-label={t("Remove {muscle}", { muscle: nameOf(row.posture) })}
                        onClick={() => setRows(rows.filter((_, at) => at !== index))}
                      >
                        <Icon name="close" />
                      </button>
                    </div>
                  </fieldset>
                ))}
                <div className="field">
                  <label htmlFor="add-posture">{t("Add a posture")}</label>
                  <select
                    id="add-posture"
                    className="select"
                    value=""
                    onChange={(event) => add(event.target.value)}
                  >
                    <option value="">
                      {postures.isError ? t("The list cannot be loaded") : t("Choose")}
                    </option>
                    {[...new Set((postures.data ?? []).map((row) => row.region))].map((region) => (
                      <optgroup key={region} label={coded(region)}>
                        {(postures.data ?? [])
                          .filter((row) => row.region === region)
                          .map((row) => (
                            <option key={row.id} value={row.id}>
                              {t(row.name)}
                            </option>
                          ))}
                      </optgroup>
                    ))}
                  </select>
                </div>
              </div>
              {isNeck && (
                <div>
                  <HeadFigure postures={neck} />
                  <HeadSliders rows={rows} onChange={setRows} />
                  {policy.data?.camera_posture &&
                    (camera ? (
                      <Boundary>
                        <Suspense fallback={<div role="status" />}>
                          <CameraPosture
                            rows={rows}
                            onTake={(next) => {
                              setRows(next);
                              setCamera(false);
                            }}
                            onClose={() => setCamera(false)}
                          />
                        </Suspense>
                      </Boundary>
                    ) : (
                      <button type="button" className="btn btn--small" onClick={() => setCamera(true)}>
                        {t("Measure by the camera (research)")}
                      </button>
                    ))}
                </div>
              )}
            </div>
            <div className="field">
              <label htmlFor="trick">{t("A touch that helps (sensory trick)")}</label>
              <select
                id="trick"
                className="select"
                value={trick === null ? "" : trick ? "yes" : "no"}
                onChange={(event) =>
                  change({ trick: event.target.value === "" ? null : event.target.value === "yes" })
                }
              >
                <option value="">{t("not asked")}</option>
                <option value="yes">{t("yes")}</option>
                <option value="no">{t("no")}</option>
              </select>
            </div>
            <Examination rows={examined} onChange={(next) => change({ examined: next })} />
            <div className="field">
              <label htmlFor="assess-note">{t("Note")}</label>
              <textarea
                id="assess-note"
                className="input"
                rows={2}
                value={note}
                onChange={(event) => change({ note: event.target.value })}
              />
            </div>
            <div className="row">
              <button
                type="button"
                className="btn btn--main"
                disabled={(rows.length === 0 && examined.length === 0) || state.kind === "busy"}
                onClick={() => void save()}
              >
                {t("Save the assessment")}
              </button>
              {entry.isKept && state.kind !== "busy" && (
                <>
                  <span className="soft">{t("Changed here, not saved yet.")}</span>
                  <button type="button" className="btn btn--quiet" onClick={entry.discard}>
                    {t("Take the changes back")}
                  </button>
                </>
              )}
              <span
                role={state.kind === "failed" ? "alert" : "status"}
                className={state.kind === "failed" ? "wrong" : "soft"}
              >
                {state.kind === "saved" && entry.isKept ? "" : state.text}
              </span>
              {state.kind === "saved" && !entry.isKept && (
                <Link href={`/patients/${id}/plan`} className="btn">
                  <Icon name="syringe" />
                  {t("Plan a session")}
                </Link>
              )}
            </div>
          </section>
          <Earlier chart={chart} nameOf={nameOf} />
        </div>
        <div className="stack">
          <Ranking
            ranking={ranking.data?.muscles ?? null}
            error={ranking.error}
            has={() => false}
            most={14}
            title={t("Muscles that follow from it")}
          />
        </div>
      </div>
    </main>
  );
}

function Earlier({ chart, nameOf }: { chart: Chart; nameOf: (posture: string) => string }) {
  const rows = [...chart.assessments].sort((a, b) => b.date.localeCompare(a.date));
  if (rows.length === 0) return null;
  return (
    <section className="card" aria-labelledby="earlier-title">
      <h2 id="earlier-title">{t("Earlier assessments")}</h2>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("Date")}</th>
            <th scope="col">{t("Posture")}</th>
            <th scope="col">{t("EMG")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={`${row.date}-${index}`}>
              <td className="nowrap">{shown(row.date)}</td>
              <td>
                {row.postures.length === 0 && <Unknown word={t("not recorded")} />}
                {row.postures.map((posture) => (
                  <p key={posture.posture}>
                    {nameOf(posture.posture)}
                    {posture.side ? `, ${sideWord(posture.side)}` : ""}
                    {posture.angle_deg ? `, ${number(posture.angle_deg)}°` : ""}
                  </p>
                ))}
              </td>
              <td>
                {row.emg?.length ? (
                  t("{n} muscles measured", { n: row.emg.length })
                ) : (
                  <Unknown word={t("not measured")} />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
