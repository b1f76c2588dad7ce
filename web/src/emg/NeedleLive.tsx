/** The needle now: where it lies in one word, activity over the last seconds, a click for each spike if one wants to hear it. */
import { useEffect, useRef, useState, type FormEvent } from "react";
import { ActError } from "../shared/ActError";
import { t } from "../words/words";
import { Clicks } from "./clicks";
import { listen, recent, type Figures, type Verdict } from "./live";

const SPAN_S = 20;
const VERDICTS: Record<Verdict, { word: string }> = {
  in_territory: { word: "In an active part of the muscle" },
  near: { word: "Near" },
  far: { word: "Far" },
  active: { word: "Active" },
  end_plate_noise: { word: "End-plate noise" },
  silent: { word: "Silent" },
};

export function NeedleLive() {
  const [source, setSource] = useState("");
  const [channel, setChannel] = useState("");
  const [figures, setFigures] = useState<Figures[]>([]);
  const [on, setOn] = useState(false);
  const [loud, setLoud] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const abort = useRef<AbortController | null>(null);
  const clicks = useRef<Clicks | null>(null);
  const hears = useRef(false);
  useEffect(() => {
    hears.current = loud;
  }, [loud]);
  useEffect(
    () => () => {
      abort.current?.abort();
      clicks.current?.close();
    },
    [],
  );
  const stop = () => {
    abort.current?.abort();
    setOn(false);
  };
  const begin = async (event: FormEvent) => {
    event.preventDefault();
    const own = new AbortController();
    abort.current?.abort();
    abort.current = own;
    setFigures([]);
    setError(null);
    setOn(true);
    try {
      await listen(source.trim(), channel.trim(), own.signal, (next) => {
        setFigures((before) => recent(before, next, SPAN_S));
        if (hears.current) {
          clicks.current ??= new Clicks();
          clicks.current.play(next.reduce((sum, one) => sum + one.new_spikes, 0));
        }
      });
    } catch (reason) {
      if (reason instanceof DOMException && reason.name === "AbortError") return;
      setError(reason instanceof Error ? reason.message : String(reason));
    }
    if (abort.current === own) setOn(false);
  };
  return (
    <section className="card stack" aria-labelledby="needle-title">
      <div>
        <h2 id="needle-title">{t("Needle, live")}</h2>
        <p className="hint">
          {t("An amplifier in the clinic's network that sends by the Lab Streaming Layer (LSL).")}
        </p>
      </div>
      <form className="form-line form-line--end" onSubmit={(event) => void begin(event)}>
        <div className="form-line">
          <div className="field">
            <label htmlFor="needle-source">{t("Name of the stream")}</label>
            <input
              id="needle-source"
              className="input"
              required
              maxLength={100}
              autoComplete="off"
              value={source}
              onChange={(event) => setSource(event.target.value)}
            />
          </div>
          <div className="field">
            <label htmlFor="needle-channel">{t("Channel, if there are several")}</label>
            <input
              id="needle-channel"
              className="input"
              maxLength={80}
              autoComplete="off"
              value={channel}
              onChange={(event) => setChannel(event.target.value)}
            />
          </div>
        </div>
        {on ? (
          <button type="button" className="btn" onClick={stop}>
            {t("Stop")}
          </button>
        ) : (
          <button type="submit" className="btn btn--main">
            {t("Listen")}
          </button>
        )}
      </form>
      <ActError error={error} />
      {on && figures.length === 0 && (
        <p className="soft" role="status">
          {t("Waiting for the amplifier")}
        </p>
      )}
      {figures.length > 0 && (
        <>
          <Now newest={figures.at(-1)!} />
          <Strip figures={figures} />
          <div>
            <button
              type="button"
              className="btn btn--small"
              aria-pressed={loud}
              onClick={() => setLoud(!loud)}
            >
              {loud ? t("Sound is on") : t("Sound is off")}
            </button>
          </div>
        </>
      )}
    </section>
  );
}

function Now({ newest }: { newest: Figures }) {
  return (
    <div className="needle-now">
      <p className="big-figure" role="status" data-testid="needle-verdict">
        {t(VERDICTS[newest.verdict].word)}
      </p>
      <dl className="needle-figures figures">
        <div>
          <dt>{t("Activity")}</dt>
          <dd>{newest.rms_uv.toFixed(0)} µV</dd>
        </div>
        <div>
          <dt>{t("Turns a second")}</dt>
          <dd>{newest.turns_per_s.toFixed(0)}</dd>
        </div>
        <div>
          <dt>{t("Spikes a second")}</dt>
          <dd>{newest.spikes_per_s.toFixed(0)}</dd>
        </div>
        <div>
          <dt>{t("Age")}</dt>
          <dd>{Math.round(newest.age_s * 1000)} ms</dd>
        </div>
      </dl>
    </div>
  );
}

/** Activity of the last seconds; the scale grows with what comes and is written beside it. */
function Strip({ figures }: { figures: readonly Figures[] }) {
  const newest = figures.at(-1)!.time_s;
  const top = [20, 50, 100, 200, 500, 1000, 2000, 5000].find((one) =>
    figures.every((figure) => figure.rms_uv <= one),
  );
  const high = top ?? Math.max(...figures.map((one) => one.rms_uv));
  const points = figures.map(
    (one) =>
      `${(100 * (1 - (newest - one.time_s) / SPAN_S)).toFixed(2)} ${(40 - (38 * one.rms_uv) / high).toFixed(2)}`,
  );
  return (
    <figure className="needle-strip">
      <svg viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">
        <path d={`M${points.join("L")}`} />
      </svg>
      <figcaption className="hint">
        {t("Activity of the last {n} seconds, 0 to {top} µV", { n: SPAN_S, top: Math.round(high) })}
      </figcaption>
    </figure>
  );
}
