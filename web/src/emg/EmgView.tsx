/** Many lanes of a recording on one canvas: play and freeze, mark, listen, zoom; drag to choose a stretch. */
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from "react";
import { useWidth } from "../timeline/useWidth";
import { t } from "../words/words";
import type { Recording } from "./frame";
import {
  gainWord,
  GUTTER,
  laneHeight,
  paint,
  RULER,
  signalWidth,
  type Inks,
  type Lane,
  type Look,
} from "./painter";
import { pyramidOf, typicalReach } from "./pyramid";
import { Sound } from "./sound";

export interface Epoch {
  kind: string;
  start_s: number;
  stop_s: number;
}

interface Props {
  recording: Recording;
  shown: readonly string[];
  epochs: readonly Epoch[];
  marks: readonly number[];
  selection: readonly [number, number] | null;
  onSelect: (stretch: readonly [number, number] | null) => void;
  onMark: (at: number) => void;
}

/** The browser resolves the theme's colours on the canvas itself; they are read back from it. */
function inksOf(node: HTMLElement): Inks {
  const style = getComputedStyle(node);
  return {
    ink: style.color,
    soft: style.caretColor,
    line: style.borderTopColor,
    accent: style.outlineColor,
    wash: style.textDecorationColor,
    check: style.columnRuleColor,
    font: style.fontFamily,
  };
}

export function lanesOf(recording: Recording): Lane[] {
  return recording.channels.map((channel) => {
    const pyramid = pyramidOf(channel.data);
    const { middle, half } = typicalReach(pyramid);
    return { channel, pyramid, middle, half: half * 1.25 };
  });
}

export function EmgView({ recording, shown, epochs, marks, selection, onSelect, onMark }: Props) {
  const [all, setAll] = useState<Lane[]>(() => lanesOf(recording));
  const lanes = all.filter((lane) => shown.includes(lane.channel.name));
  const [from, setFrom] = useState(0);
  const [span, setSpan] = useState(() => Math.min(recording.length_s, 10));
  const [head, setHead] = useState(() => Math.min(recording.length_s, 10));
  const [chosen, setChosen] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [loud, setLoud] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const sound = useRef<Sound | null>(null);
  const drag = useRef<number | null>(null);
  const wide = useWidth(box);
  const lane = Math.min(chosen, lanes.length - 1);
  const tall = Math.max(160, Math.min(640, lanes.length * 56)) + RULER;

  const look: Look = { from, span, head, lane, selection, epochs, marks, annotations: recording.annotations };
  const draw = useCallback(
    (now: Look) => {
      const node = canvas.current;
      const pen = node?.getContext("2d");
      if (!node || !pen || wide === 0) return;
      const dense = Math.min(2, window.devicePixelRatio || 1);
      if (node.width !== Math.round(wide * dense) || node.height !== Math.round(tall * dense)) {
        node.width = Math.round(wide * dense);
        node.height = Math.round(tall * dense);
      }
      pen.setTransform(dense, 0, 0, dense, 0, 0);
      paint(pen, wide, tall, lanes, now, inksOf(node));
    },
    [wide, tall, lanes],
  );
  useLayoutEffect(() => draw(look));
  // The theme may change under an open recording.
  useEffect(() => {
    const watch = new MutationObserver(() => draw(look));
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => watch.disconnect();
  });

  const bounded = (at: number, width: number) =>
    Math.max(0, Math.min(at, Math.max(0, recording.length_s - width)));
  const zoom = (factor: number) => {
    const next = Math.max(0.02, Math.min(recording.length_s, span * factor));
    setSpan(next);
    setFrom(bounded(from + (span - next) / 2, next));
  };
  const pan = (share: number) => setFrom(bounded(from + share * span, span));

  const listen = useCallback(
    (at: number) => {
      sound.current ??= new Sound();
      const one = lanes[lane];
      if (one) sound.current.play(one.channel, at, one.half, one.middle);
    },
    [lanes, lane],
  );
  const freeze = () => {
    setPlaying(false);
    sound.current?.stop();
  };
  const play = () => {
    const start = head >= recording.length_s - 0.05 ? 0 : head;
    setHead(start);
    setPlaying(true);
  };
  useEffect(() => () => sound.current?.close(), []);
  // What is heard starts anew when another lane is chosen or sound is switched while it plays.
  useEffect(() => {
    if (playing && loud) listen(head);
    else sound.current?.stop();
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [playing, loud, lane]);
  useEffect(() => {
    if (!playing) return;
    const began = performance.now() - head * 1000;
    let frame = requestAnimationFrame(function step(now) {
      const at = Math.min(recording.length_s, (now - began) / 1000);
      setHead(at);
      // The newest moment stands at four fifths of the picture, as on an amplifier's screen.
      setFrom((before) =>
        at > before + 0.8 * span || at < before ? bounded(at - 0.8 * span, span) : before,
      );
      if (at >= recording.length_s) setPlaying(false);
      else frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [playing, span, recording]);

  const gain = (factor: number) => {
    const name = lanes[lane]?.channel.name;
    setAll(all.map((one) => (one.channel.name === name ? { ...one, half: one.half * factor } : one)));
  };
  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act: Record<string, () => void> = {
      " ": () => (playing ? freeze() : play()),
      m: () => onMark(head),
      s: () => setLoud(!loud),
      ArrowLeft: () => pan(event.shiftKey ? -0.8 : -0.2),
      ArrowRight: () => pan(event.shiftKey ? 0.8 : 0.2),
      ArrowUp: () => setChosen(Math.max(0, lane - 1)),
      ArrowDown: () => setChosen(Math.min(lanes.length - 1, lane + 1)),
      "+": () => zoom(0.5),
      "-": () => zoom(2),
    };
    const found = act[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!found) return;
    event.preventDefault();
    found();
  };
  const timeAt = (event: PointerEvent<HTMLElement>) => {
    const place = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const share = (place - GUTTER) / signalWidth(wide);
    return Math.max(0, Math.min(recording.length_s, from + Math.max(0, Math.min(1, share)) * span));
  };
  const down = (event: PointerEvent<HTMLCanvasElement>) => {
    const place = event.currentTarget.getBoundingClientRect();
    const row = Math.floor((event.clientY - place.top) / laneHeight(lanes.length, tall));
    if (row >= 0 && row < lanes.length) setChosen(row);
    if (event.clientX - place.left < GUTTER) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = timeAt(event);
    freeze();
  };
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    if (drag.current === null) return;
    const at = timeAt(event);
    const [a, b] = [Math.min(drag.current, at), Math.max(drag.current, at)];
    if ((b - a) / span > 0.005) onSelect([a, b]);
  };
  const up = (event: PointerEvent<HTMLCanvasElement>) => {
    if (drag.current === null) return;
    const at = timeAt(event);
    // A press without a drag sets the moment that the bars and the mark belong to.
    if (Math.abs(at - drag.current) / span <= 0.005) {
      setHead(at);
      onSelect(null);
    }
    drag.current = null;
  };
  const one = lanes[lane];
  return (
    <div className="emg-view">
      <div className="row emg-tools">
        <button
          type="button"
          className="btn btn--small"
          aria-pressed={playing}
          onClick={playing ? freeze : play}
        >
          {playing ? t("Freeze") : t("Play")} <kbd>{t("space")}</kbd>
        </button>
        <button type="button" className="btn btn--small" onClick={() => onMark(head)}>
          {t("Mark")} <kbd>M</kbd>
        </button>
        <button type="button" className="btn btn--small" aria-pressed={loud} onClick={() => setLoud(!loud)}>
          {loud ? t("Sound is on") : t("Sound is off")} <kbd>S</kbd>
        </button>
        <span className="row" role="group" aria-label={t("Time shown")}>
          <button type="button" className="btn btn--small" onClick={() => pan(-0.8)}>
            {t("Earlier")}
          </button>
          <button
            type="button"
            className="btn btn--small"
            onClick={() => zoom(2)}
            aria-label={t("Show more time")}
          >
            −
          </button>
          <button
            type="button"
            className="btn btn--small"
            onClick={() => zoom(0.5)}
            aria-label={t("Show less time")}
          >
            +
          </button>
          <button type="button" className="btn btn--small" onClick={() => pan(0.8)}>
            {t("Later")}
          </button>
        </span>
        {one && (
          <span className="row" role="group" aria-label={t("Gain of {lane}", { lane: one.channel.name })}>
            <span className="small figures">
              {one.channel.name} {gainWord(one)}
            </span>
            <button type="button" className="btn btn--small" onClick={() => gain(1 / 1.5)}>
              {t("Larger")}
            </button>
            <button type="button" className="btn btn--small" onClick={() => gain(1.5)}>
              {t("Smaller")}
            </button>
          </span>
        )}
      </div>
      <div
        ref={box}
        className="emg-box"
        tabIndex={0}
        role="slider"
        aria-label={t(
          "Recording. Space plays and freezes, M marks, S switches the sound, arrows move in time and between lanes, plus and minus change the time shown.",
        )}
        aria-valuemin={0}
        aria-valuemax={Math.round(recording.length_s * 100) / 100}
        aria-valuenow={Math.round(head * 100) / 100}
        aria-valuetext={t("{n} lanes, {from} to {to} seconds of {all}", {
          n: lanes.length,
          from: from.toFixed(1),
          to: (from + span).toFixed(1),
          all: recording.length_s.toFixed(1),
        })}
        onKeyDown={keys}
      >
        <canvas
          ref={canvas}
          className="emg-canvas"
          style={{ width: wide || undefined, height: tall }}
          aria-hidden="true"
          onPointerDown={down}
          onPointerMove={move}
          onPointerUp={up}
        />
      </div>
    </div>
  );
}
