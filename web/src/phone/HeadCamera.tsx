/** The open camera: ten seconds, three angles with their error, kept by a press or thrown away. */
import "../styles/camera.css";
import { useState } from "react";
import { AngleList } from "../camera/AngleList";
import { ERROR, FARTHEST, METHOD, VERSION, type Summary } from "../camera/pose";
import { useHeadCamera } from "../camera/useHeadCamera";
import { today } from "../numbers/dates";
import { Icon } from "../shared/Icon";
import { t } from "../words/words";
import { send } from "./queue";

interface Props {
  /** The entry is kept; whether it is at the server already. */
  onKept: (arrived: boolean) => void;
  onClose: () => void;
}

export function HeadCamera({ onKept, onClose }: Props) {
  const { video, state, error, told, left, measure } = useHeadCamera();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const far = told !== null && Math.abs(told.pose.turn) > FARTHEST;
  const keep = async () => {
    if (!told) return;
    setBusy(true);
    setRefused(null);
    try {
      onKept(await send("/api/mine/head-angles", entry(told)));
    } catch (reason) {
      setRefused(reason instanceof Error ? reason.message : String(reason));
      setBusy(false);
    }
  };
  const problem = error ?? refused;
  return (
    <div className="stack camera">
      <p>
        {t(
          "Stand the phone upright against something, at the height of your eyes, an arm's length away. Sit straight before it. Let your head go where it wants to.",
        )}
      </p>
      {/* Shown as in a mirror, so one's own left is at the left; what is measured is not mirrored. */}
      <div className="camera-edges" aria-hidden="true">
        <strong>{t("Your left")}</strong>
        <strong>{t("Your right")}</strong>
      </div>
      <video
        ref={video}
        className="camera-video camera-video--mirror"
        muted
        playsInline
        aria-label={t("Picture of the camera")}
      />
      <p className="camera-status" role="status">
        {state === "opening" && error === null && t("The camera and the face model are being opened.")}
        {state === "measuring" && t("Measuring, {n} seconds left", { n: left })}
      </p>
      {told && (
        <AngleList pose={told.pose} renderError={(axis) => t("give or take {n}°", { n: ERROR[axis] })} />
      )}
      {far && (
        <p className="hint">
          {t(
            "Turned by more than {n}° the camera sees too little of the face, so this is not kept. That is no fault of yours.",
            { n: FARTHEST },
          )}
        </p>
      )}
      {problem && (
        <p className="note-box note-box--check" role="alert">
          <Icon name="check" />
          <span>{problem}</span>
        </p>
      )}
      {told && !far && (
        <button type="button" className="btn btn--main btn--big" disabled={busy} onClick={() => void keep()}>
          {t("Keep the three angles")}
        </button>
      )}
      {(state === "ready" || state === "done") && (
        <button
          type="button"
          className={told ? "btn btn--big" : "btn btn--main btn--big"}
          onClick={() => void measure()}
        >
          {told ? t("Measure again") : t("Measure for ten seconds")}
        </button>
      )}
      <button type="button" className="btn btn--quiet btn--big" onClick={onClose}>
        {t("Close the camera")}
      </button>
    </div>
  );
}

/** What goes to the clinic, whole: three angles, their error, how much the head moved, and how it was measured. */
export function entry(told: Summary): Record<string, unknown> {
  const tenth = (value: number) => (Math.round(value * 10) / 10 || 0).toFixed(1);
  return {
    date: today(),
    turn_deg: tenth(told.pose.turn),
    tilt_deg: tenth(told.pose.tilt),
    nod_deg: tenth(told.pose.nod),
    turn_error_deg: String(ERROR.turn),
    tilt_error_deg: String(ERROR.tilt),
    nod_error_deg: String(ERROR.nod),
    turn_moved_deg: tenth(told.moved.turn),
    tilt_moved_deg: tenth(told.moved.tilt),
    nod_moved_deg: tenth(told.moved.nod),
    pictures: told.frames,
    method: METHOD,
    version: VERSION,
    entered_at: new Date().toISOString(),
  };
}
