/** EMG: choose a recording, look at it, say which muscle each channel is, mark stretches, and read the report. */
import { useEffect, useRef, useState } from "react";
import { useMuscles } from "../api/queries";
import type { Chart, Side } from "../api/types";
import { lastSessionOf } from "../plan/draft";
import { viewFor } from "../map/views";
import { Icon } from "../shared/Icon";
import { NumberField } from "../shared/NumberField";
import { Failed } from "../shared/states";
import { coded, sideWord, words } from "../words/names";
import { t } from "../words/words";
import "../styles/emg.css";
import { MuscleField } from "./MuscleField";
import { EmgReportView } from "./EmgReportView";
import { EmgView, type Epoch } from "./EmgView";
import { NeedleLive } from "./NeedleLive";
import { packed, send, unpacked, type Recording } from "./frame";
import { EPOCH_KINDS, type Answer } from "./report";

interface Role {
  muscle: string;
  side: Side | "";
}

interface Open {
  file: File;
  recording: Recording;
}

export function EmgPage({ id, chart }: { id: string; chart: Chart }) {
  const [open, setOpen] = useState<Open | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const choose = async (file: File | undefined) => {
    if (!file) return;
    abort.current?.abort();
    abort.current = new AbortController();
    setBusy(true);
    setError(null);
    try {
      const answer = await send("/api/emg/samples", packed({ name: file.name }, file), abort.current.signal);
      setOpen({ file, recording: unpacked(await answer.arrayBuffer()) });
    } catch (reason) {
      if (!(reason instanceof DOMException && reason.name === "AbortError")) setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{t("EMG recording")}</h1>
          <p className="soft">
            {open
              ? `${open.recording.name} · ${open.recording.format} · ${open.recording.length_s.toFixed(1)} s`
              : t("The file is read and forgotten; only what you add to an assessment is kept.")}
          </p>
        </div>
        <div>
          <label className="btn btn--main emg-file">
            <Icon name="plus" />
            {open ? t("Open another recording") : t("Open a recording")}
            <input
              ref={input}
              type="file"
              className="unseen"
              accept=".edf,.bdf,.rec,.hea,.smr,.smrx,.h5,.hdf5,.c3d,.csv,.tsv,.txt"
              onChange={(event) => void choose(event.target.files?.[0])}
            />
          </label>
        </div>
      </div>
      {busy && (
        <p role="status" className="soft">
          {t("Reading the recording")}
        </p>
      )}
      {error !== null && <Failed error={error} />}
      {!open && !busy && error === null && (
        <section className="card">
          <h2>{t("What can be opened")}</h2>
          <p>{t("EDF, EDF+, BDF, Spike2, OpenSignals, C3D, and CSV or TSV with units in the head line.")}</p>
        </section>
      )}
      {!open && <NeedleLive />}
      {open && (
        <Opened
          key={`${open.file.name} ${open.file.lastModified}`}
          id={id}
          open={open}
          start={viewFor(chart.conditions[0]?.condition ?? lastSessionOf(chart)?.indication)}
        />
      )}
    </main>
  );
}

function Opened({ id, open, start }: { id: string; open: Open; start: string }) {
  const { recording, file } = open;
  const signals = recording.channels.filter((one) => one.kind !== "other");
  const [shown, setShown] = useState(() =>
    (signals.length ? signals : recording.channels).slice(0, 16).map((one) => one.name),
  );
  const [roles, setRoles] = useState<Record<string, Role>>({});
  const [epochs, setEpochs] = useState<Epoch[]>([]);
  const [marks, setMarks] = useState<number[]>([]);
  const [stimulus, setStimulus] = useState("");
  const [angle, setAngle] = useState("");
  const [stretch, setStretch] = useState<readonly [number, number] | null>(null);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const report = async () => {
    setBusy(true);
    setError(null);
    const channels: Record<string, { muscle?: string; side?: string }> = {};
    for (const [name, role] of Object.entries(roles))
      if (role.muscle) channels[name] = { muscle: role.muscle, ...(role.side ? { side: role.side } : {}) };
    try {
      const head = { name: file.name, channels, epochs };
      const more = { ...(stimulus ? { stimulus } : {}), ...(angle ? { angle } : {}) };
      const body = packed({ ...head, ...more }, file);
      const told = await send("/api/emg/report", body, new AbortController().signal);
      setAnswer((await told.json()) as Answer);
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <section className="card" aria-labelledby="lanes-title">
        <h2 id="lanes-title" className="unseen">
          {t("Signal")}
        </h2>
        <EmgView
          recording={recording}
          shown={shown}
          epochs={epochs}
          marks={marks}
          selection={stretch}
          onSelect={setStretch}
          onMark={(at) => setMarks([...marks, at].sort((a, b) => a - b))}
        />
        {marks.length > 0 && (
          <p className="small">
            {t("Marks")}: {marks.map((at, index) => `M${index + 1} ${at.toFixed(2)} s`).join(", ")}{" "}
            <button type="button" className="btn btn--quiet btn--small" onClick={() => setMarks([])}>
              {t("Clear the marks")}
            </button>
          </p>
        )}
      </section>
      <div className="emg-forms">
        <Stretches
          length={recording.length_s}
          epochs={epochs}
          stretch={stretch}
          onStretch={setStretch}
          onChange={setEpochs}
        />
        <Roles recording={recording} shown={shown} onShown={setShown} roles={roles} onChange={setRoles} />
        <Responses
          recording={recording}
          stimulus={stimulus}
          onStimulus={setStimulus}
          angle={angle}
          onAngle={setAngle}
        />
      </div>
      <div className="row">
        <button type="button" className="btn btn--main" disabled={busy} onClick={() => void report()}>
          {busy ? t("Analysing") : answer ? t("Analyse again") : t("Analyse")}
        </button>
        <span className="hint" role="status">
          {busy ? t("A long recording takes some seconds.") : ""}
        </span>
      </div>
      {error !== null && <Failed error={error} />}
      {answer && (
        <EmgReportView key={JSON.stringify(answer.muscle_emg)} id={id} answer={answer} start={start} />
      )}
    </>
  );
}

function Stretches({
  length,
  epochs,
  stretch,
  onStretch,
  onChange,
}: {
  length: number;
  epochs: readonly Epoch[];
  stretch: readonly [number, number] | null;
  onStretch: (stretch: readonly [number, number] | null) => void;
  onChange: (epochs: Epoch[]) => void;
}) {
  const [kind, setKind] = useState<string>("rest");
  const [from, to] = stretch ?? [null, null];
  const fits = from !== null && to !== null && from >= 0 && to > from && to <= length + 0.001;
  const text = (value: number | null) => (value === null ? null : String(Math.round(value * 1000) / 1000));
  return (
    <section className="card stack stack--tight" aria-labelledby="epochs-title">
      <h2 id="epochs-title">{t("Stretches")}</h2>
      <p className="hint">{t("Drag over the signal, or type the seconds; then say what was done there.")}</p>
      <div className="emg-stretch">
        <NumberField
          label={t("From")}
          unit="s"
          optional
          value={text(from)}
          onChange={(value) => onStretch([Number(value ?? 0), to ?? length])}
        />
        <NumberField
          label={t("To")}
          unit="s"
          optional
          value={text(to)}
          onChange={(value) => onStretch([from ?? 0, Number(value ?? length)])}
        />
        <div className="field">
          <label htmlFor="epoch-kind">{t("What was done")}</label>
          <select
            id="epoch-kind"
            className="select"
            value={kind}
            onChange={(event) => setKind(event.target.value)}
          >
            {EPOCH_KINDS.map((one) => (
              <option key={one} value={one}>
                {t(words(one))}
              </option>
            ))}
          </select>
        </div>
        <button
          type="button"
          className="btn"
          disabled={!fits}
          onClick={() => {
            onChange(
              [...epochs, { kind, start_s: Number(text(from)), stop_s: Number(text(to)) }].sort(
                (a, b) => a.start_s - b.start_s,
              ),
            );
            onStretch(null);
          }}
        >
          {t("Mark the stretch")}
        </button>
      </div>
      <ul>
        {epochs.map((one, index) => (
          <li key={`${one.kind} ${one.start_s}`} className="row row--between">
            <span className="figures">
              {index + 1} {t(words(one.kind))}, {one.start_s} – {one.stop_s} s
            </span>
            <button
              type="button"
              className="btn btn--quiet btn--icon"
              aria-label={t("Remove stretch {n}", { n: index + 1 })}
              onClick={() => onChange(epochs.filter((_, at) => at !== index))}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Which marker stands at the stimuli of a nerve, and which channel is the angle of the joint; most recordings have neither. */
function Responses({
  recording,
  stimulus,
  onStimulus,
  angle,
  onAngle,
}: {
  recording: Recording;
  stimulus: string;
  onStimulus: (marker: string) => void;
  angle: string;
  onAngle: (channel: string) => void;
}) {
  const markers = [...new Set(recording.annotations.map((one) => one.text.trim()).filter(Boolean))];
  const others = recording.channels.filter((one) => one.kind === "other" || one.kind === "movement");
  if (markers.length === 0 && others.length === 0) return null;
  return (
    <section className="card stack stack--tight" aria-labelledby="responses-title">
      <h2 id="responses-title">{t("Reflexes, where they were tested")}</h2>
      <Pick
        id="emg-stimulus"
        label={t("Marker at each stimulus of the nerve")}
        from={markers.slice(0, 40)}
        chosen={stimulus}
        onChoose={onStimulus}
      />
      <Pick
        id="emg-angle"
        label={t("Channel with the angle of the joint, for stretches")}
        from={others.map((one) => one.name)}
        chosen={angle}
        onChoose={onAngle}
      />
    </section>
  );
}

/** One of the recording's own names, or none; nothing where it has none of the kind. */
function Pick({
  id,
  label,
  from,
  chosen,
  onChoose,
}: {
  id: string;
  label: string;
  from: readonly string[];
  chosen: string;
  onChoose: (name: string) => void;
}) {
  if (from.length === 0) return null;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="select" value={chosen} onChange={(event) => onChoose(event.target.value)}>
        <option value="">{t("none")}</option>
        {from.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Roles({
  recording,
  shown,
  onShown,
  roles,
  onChange,
}: {
  recording: Recording;
  shown: readonly string[];
  onShown: (names: string[]) => void;
  roles: Record<string, Role>;
  onChange: (roles: Record<string, Role>) => void;
}) {
  const muscles = useMuscles();
  const roleOf = (name: string): Role => roles[name] ?? { muscle: "", side: "" };
  const known = muscles.data ?? [];
  return (
    <section className="card" aria-labelledby="roles-title">
      <h2 id="roles-title">{t("Which muscle is each channel")}</h2>
      <datalist id="emg-muscles">
        {known.map((one) => (
          <option key={one.id}>{coded(one.id)}</option>
        ))}
      </datalist>
      <ul className="stack stack--tight emg-roles">
        {recording.channels.map((channel, index) => {
          const role = roleOf(channel.name);
          return (
            <li key={`${channel.name}-${index}`} className="emg-role">
              <label className="emg-shown">
                <input
                  type="checkbox"
                  checked={shown.includes(channel.name)}
                  onChange={() =>
                    onShown(
                      shown.includes(channel.name)
                        ? shown.filter((name) => name !== channel.name)
                        : [...shown, channel.name],
                    )
                  }
                />
                <span>
                  {channel.name} <span className="hint">{t(words(channel.kind))}</span>
                </span>
              </label>
              <MuscleField
                label={t("Muscle of {name}", { name: channel.name })}
                muscles={known}
                muscle={role.muscle}
                onMuscle={(muscle) => onChange({ ...roles, [channel.name]: { ...role, muscle } })}
              />
              <select
                className="select"
                aria-label={t("Side of {muscle}", { muscle: channel.name })}
                value={role.side}
                onChange={(event) =>
                  onChange({
                    ...roles,
                    [channel.name]: { ...role, side: event.target.value as Role["side"] },
                  })
                }
              >
                <option value="">{t("side not given")}</option>
                {(["left", "right"] as const).map((side) => (
                  <option key={side} value={side}>
                    {sideWord(side)}
                  </option>
                ))}
              </select>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
