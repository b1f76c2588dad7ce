/** Head angles by the camera of this device: a measurement for research, taken over only by a press. */
import "../styles/camera.css";
import { useEffect, useRef, useState } from "react";
import type { PostureFinding } from "../api/types";
import { ActError } from "../shared/ActError";
import { Icon } from "../shared/Icon";
import { t } from "../words/words";
import { AXES, moved } from "../patient/HeadSliders";
import { ERROR, FARTHEST, FEWEST, headPose, summary, type Pose, type Summary } from "./pose";

const SECONDS = 10;
const NAMES = ["turn", "tilt", "nod"] as const;
/** Angles are taken over to the next five degrees: more would say more than the camera knows. */
const STEP = 5;
const rounded = (value: number) => Math.round(value / STEP) * STEP || 0;

interface Props {
  rows: readonly PostureFinding[];
  onTake: (rows: PostureFinding[]) => void;
  onClose: () => void;
}

type State = "opening" | "ready" | "measuring" | "done";

export function CameraPosture({ rows, onTake, onClose }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const find = useRef<((picture: HTMLVideoElement) => Promise<(readonly [number, number])[] | null>) | null>(
    null,
  );
  const [state, setState] = useState<State>("opening");
  const [error, setError] = useState<string | null>(null);
  const [told, setTold] = useState<Summary | null>(null);
  const [left, setLeft] = useState(SECONDS);
  const open = useRef(true);

  useEffect(() => {
    open.current = true;
    let stream: MediaStream | null = null;
    const begin = async () => {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { width: 640, height: 480 },
        audio: false,
      });
      const node = video.current;
      if (!open.current || !node) {
        stream.getTracks().forEach((track) => track.stop());
        return;
      }
      node.srcObject = stream;
      await node.play();
      const { openFace } = await import("./face");
      find.current = await openFace();
      if (open.current) setState("ready");
    };
    begin().catch((problem: unknown) => {
      if (!open.current) return;
      const refused = problem instanceof DOMException;
      setError(
        refused
          ? t("The camera cannot be used: it is missing, in use, or not allowed for this page.")
          : t("The face model could not be loaded. Type the angles instead."),
      );
    });
    return () => {
      open.current = false;
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, []);

  const measure = async () => {
    const node = video.current;
    if (!node || !find.current) return;
    setState("measuring");
    setTold(null);
    setError(null);
    const poses: Pose[] = [];
    const end = performance.now() + SECONDS * 1000;
    // A slow device gets longer, until there are enough pictures to say anything.
    while (
      open.current &&
      (performance.now() < end || (poses.length < FEWEST && performance.now() < end + 20_000))
    ) {
      const points = await find.current(node);
      const pose = points && headPose(points);
      if (pose) poses.push(pose);
      setLeft(Math.max(0, Math.ceil((end - performance.now()) / 1000)));
      await new Promise((done) => setTimeout(done, 30));
    }
    if (!open.current) return;
    const found = summary(poses);
    if (!found)
      setError(t("No face was seen for long enough. More light, the whole face in the picture, then again."));
    setTold(found);
    setState(found ? "done" : "ready");
  };

  const far = told !== null && Math.abs(told.pose.turn) > FARTHEST;
  const take = () => {
    if (!told) return;
    let next = [...rows];
    for (const [index, name] of NAMES.entries()) {
      const axis = AXES[index]!;
      next = moved(axis, next, Math.max(-axis.most, Math.min(axis.most, rounded(told.pose[name]))));
    }
    onTake(next);
  };

  return (
    <section className="card stack camera" aria-labelledby="camera-title">
      <div className="card-head">
        <h3 id="camera-title">{t("Head angles by the camera")}</h3>
        <button type="button" className="btn btn--quiet btn--small" onClick={onClose}>
          {t("Close")}
        </button>
      </div>
      <p className="note-box note-box--check">
        <Icon name="check" />
        <span>
          {t(
            "For research: tried on pictures of one face turned by known angles, in no patient. The picture stays in this browser and is not kept.",
          )}
        </span>
      </p>
      <div className="map-edges" aria-hidden="true">
        <strong>{t("Patient's right")}</strong>
        <strong>{t("Patient's left")}</strong>
      </div>
      <video ref={video} className="camera-video" muted playsInline aria-label={t("Picture of the camera")} />
      <p className="hint">
        {t(
          "Camera at the height of the eyes, straight before the chest. The angles are those against the camera.",
        )}
      </p>
      <div className="row" role="status">
        {state === "opening" && error === null && t("The camera and the face model are being opened.")}
        {state === "measuring" && t("Measuring, {n} seconds left", { n: left })}
      </div>
      {(state === "ready" || state === "done") && (
        <div>
          <button type="button" className="btn" onClick={() => void measure()}>
            {told ? t("Measure again") : t("Measure for ten seconds")}
          </button>
        </div>
      )}
      {told && (
        <>
          <dl className="camera-angles figures">
            {NAMES.map((name, index) => (
              <div key={name} data-axis={name} data-degrees={told.pose[name].toFixed(1)}>
                <dt>{t(AXES[index]!.label)}</dt>
                <dd>
                  <strong>{inWords(index, told.pose[name])}</strong> ± {ERROR[name]}°
                  {told.moved[name] >= 3 && (
                    <span className="soft"> · {t("moved by {n}°", { n: Math.round(told.moved[name]) })}</span>
                  )}
                </dd>
              </div>
            ))}
          </dl>
          {far && (
            <p className="hint">
              {t("Turned by more than {n}° the camera sees too little of the face: measure by hand.", {
                n: FARTHEST,
              })}
            </p>
          )}
          <p className="hint">{t("{n} pictures. Head and neck are not told apart.", { n: told.frames })}</p>
          <div>
            <button type="button" className="btn btn--main" disabled={far} onClick={take}>
              {t("Take these angles, to the next 5°")}
            </button>
          </div>
        </>
      )}
      <ActError error={error} />
    </section>
  );
}

function inWords(index: number, value: number): string {
  const whole = Math.round(value);
  if (whole === 0) return t("straight");
  return t("{n}° {end}", { n: Math.abs(whole), end: t(AXES[index]!.ends[whole < 0 ? 0 : 1]) });
}
