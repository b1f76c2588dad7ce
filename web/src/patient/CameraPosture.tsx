/** Head angles by the camera of this device: a measurement for research, taken over only by a press. */
import "../styles/camera.css";
import type { PostureFinding } from "../api/types";
import { AngleList } from "../camera/AngleList";
import { ERROR, FARTHEST } from "../camera/pose";
import { useHeadCamera } from "../camera/useHeadCamera";
import { ActError } from "../shared/ActError";
import { Icon } from "../shared/Icon";
import { t } from "../words/words";
import { AXES, moved } from "./HeadSliders";

/** Angles are taken over to the next five degrees: more would say more than the camera knows. */
const STEP = 5;
const rounded = (value: number) => Math.round(value / STEP) * STEP || 0;

interface Props {
  rows: readonly PostureFinding[];
  onTake: (rows: PostureFinding[]) => void;
  onClose: () => void;
}

export function CameraPosture({ rows, onTake, onClose }: Props) {
  const { video, state, error, told, left, measure } = useHeadCamera();
  const far = told !== null && Math.abs(told.pose.turn) > FARTHEST;
  const take = () => {
    if (!told) return;
    let next = [...rows];
    for (const axis of AXES)
      next = moved(axis, next, Math.max(-axis.most, Math.min(axis.most, rounded(told.pose[axis.id]))));
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
            "For research: tried on drawn pictures of two faces turned by known angles, in no patient. The picture stays in this browser and is not kept.",
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
          <AngleList
            pose={told.pose}
            renderError={(axis) => (
              <>
                ± {ERROR[axis]}°
                {told.moved[axis] >= 3 && (
                  <span className="soft"> · {t("moved by {n}°", { n: Math.round(told.moved[axis]) })}</span>
                )}
              </>
            )}
          />
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
