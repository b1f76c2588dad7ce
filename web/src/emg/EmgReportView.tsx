/** The report beside the map: what each channel shows, what each muscle did in the marked stretches. */
import { useState } from "react";
import { useRegions } from "../api/queries";
import { BodyMap } from "../map/BodyMap";
import type { Mark } from "../map/mark";
import { useSend, Told } from "../shared/sending";
import { today } from "../numbers/dates";
import { coded, muscleWord, words } from "../words/names";
import { t } from "../words/words";
import { Reflexes } from "./Reflexes";
import { figure, type Answer, type ChannelReport, type MuscleReport } from "./report";

export function EmgReportView({ id, answer, start }: { id: string; answer: Answer; start: string }) {
  const { report } = answer;
  const regions = useRegions();
  const [view, setView] = useState(start);
  const [lit, setLit] = useState<string | null>(null);
  const marks: Mark[] = report.muscles.map((one) => ({
    muscle: one.muscle,
    side: one.side,
    text: one.score.score === null ? "–" : String(Math.round(one.score.score * 100)),
    tone: "plain",
    words:
      one.score.score === null ? t("no figure") : t("{p} in 100", { p: Math.round(one.score.score * 100) }),
  }));
  return (
    <div className="emg-report">
      <div className="card">
        <h2 id="channels-title">{t("Channels")}</h2>
        <div className="scroll-x" tabIndex={0} role="region" aria-labelledby="channels-title">
          <table className="data-table">
            <thead>
              <tr>
                <th scope="col">{t("Channel")}</th>
                <th scope="col">{t("Quality")}</th>
                <th scope="col" className="num">
                  RMS
                </th>
                <th scope="col" className="num">
                  {t("Median frequency")}
                </th>
                <th scope="col" className="num">
                  {t("Contractions")}
                </th>
                <th scope="col" className="num">
                  {t("Bursts")}
                </th>
                <th scope="col" className="num">
                  {t("Turns a second")}
                </th>
                <th scope="col" className="num">
                  {t("Tremor peak")}
                </th>
              </tr>
            </thead>
            <tbody>
              {report.channels.map((channel, index) => (
                <ChannelRow key={`${channel.name}-${index}`} channel={channel} />
              ))}
            </tbody>
          </table>
        </div>
        {report.notes.map((note) => (
          <p key={note} className="hint">
            {note}
          </p>
        ))}
        <p className="hint">{report.evidence}</p>
      </div>
      <Reflexes evoked={report.evoked ?? []} stretches={report.stretches ?? []} />
      {report.muscles.length > 0 && (
        <div className="emg-muscles">
          <section className="card" aria-labelledby="emg-map-title">
            <h2 id="emg-map-title">{t("On the map: likely to take part, in 100")}</h2>
            <BodyMap
              marks={marks}
              regions={regions.data ?? {}}
              lit={lit}
              onLight={setLit}
              view={view}
              onView={setView}
            />
          </section>
          <section className="card" aria-labelledby="emg-muscles-title">
            <h2 id="emg-muscles-title">{t("Muscles")}</h2>
            <ul className="stack stack--tight">
              {report.muscles.map((one) => (
                <MuscleItem key={`${one.channel} ${one.muscle}`} one={one} onLight={setLit} />
              ))}
            </ul>
            <Keep id={id} answer={answer} />
          </section>
        </div>
      )}
    </div>
  );
}

function problemWord(problem: ChannelReport["quality"]["problems"][number]): string {
  return typeof problem === "string"
    ? words(problem)
    : (problem.text ?? problem.message ?? words(problem.kind ?? ""));
}

function ChannelRow({ channel }: { channel: ChannelReport }) {
  const { verdict, problems } = channel.quality;
  const why = (name: string) => channel.not_given[name];
  return (
    <tr>
      <th scope="row">
        {channel.name}
        {channel.muscle && <span className="hint"> {muscleWord(channel.muscle, channel.side)}</span>}
      </th>
      <td>
        {coded(verdict)}
        {problems.length > 0 && <span className="hint"> {problems.map(problemWord).join("; ")}</span>}
      </td>
      <td className="num" title={why("rms")}>
        {figure(channel.rms, channel.unit === "uV" ? "µV" : channel.unit)}
      </td>
      <td className="num" title={why("median_frequency_hz")}>
        {figure(channel.median_frequency_hz, "Hz")}
      </td>
      <td className="num">{channel.contractions === null ? "–" : channel.contractions.length}</td>
      <td className="num">{channel.bursts === null ? "–" : channel.bursts.length}</td>
      <td className="num">{figure(channel.turns_per_s)}</td>
      <td className="num" title={why("tremor_peak_hz")}>
        {figure(channel.tremor_peak_hz, "Hz")}
      </td>
    </tr>
  );
}

function MuscleItem({ one, onLight }: { one: MuscleReport; onLight: (key: string | null) => void }) {
  const key = `${one.muscle} ${one.side ?? "midline"}`;
  return (
    <li className="emg-muscle" onPointerEnter={() => onLight(key)} onPointerLeave={() => onLight(null)}>
      <div className="row row--between">
        <strong>{muscleWord(one.muscle, one.side)}</strong>
        <span className="figures">
          {one.score.muscle_class ? coded(one.score.muscle_class) : t("no figure")}
          {one.score.score !== null && ` · ${t("{p} in 100", { p: Math.round(one.score.score * 100) })}`}
        </span>
      </div>
      <span className="hint">
        {t("channel {name}", { name: one.channel })}
        {Object.entries(one.activity).map(
          ([kind, activity]) => ` · ${t(words(kind))} ${figure(activity.value, "%")}`,
        )}
        {one.effort_was_maximal === false &&
          ` · ${t("no maximal effort was marked: the percentages are too high")}`}
      </span>
    </li>
  );
}

/** Only a press puts the figures into the record, as part of an assessment of today. */
function Keep({ id, answer }: { id: string; answer: Answer }) {
  const { answer: told, send } = useSend(id, "assessments");
  if (answer.muscle_emg.length === 0)
    return <p className="hint">{t("No muscle has figures that could go into an assessment.")}</p>;
  return (
    <div className="row emg-keep">
      <button
        type="button"
        className="btn btn--main"
        disabled={told.kind === "busy" || told.kind === "saved"}
        onClick={() => void send({ date: today(), postures: [], examination: [], emg: answer.muscle_emg })}
      >
        {t("Add to today's assessment")}
      </button>
      <Told answer={told} />
    </div>
  );
}
