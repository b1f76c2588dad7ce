/** The head as the entered angles pose it, seen from the front; the patient's sides are written beside it. */
import type { PostureFinding } from "../api/types";
import { t } from "../words/words";

function angle(postures: readonly PostureFinding[], names: readonly string[], whenUnknown: number): number {
  let sum = 0;
  for (const posture of postures) {
    if (!names.some((name) => posture.posture.endsWith(name))) continue;
    const size = posture.angle_deg ? Number(posture.angle_deg) : whenUnknown;
    sum += posture.side === "left" ? size : -size;
  }
  return Math.max(-80, Math.min(80, sum));
}

export function HeadFigure({ postures }: { postures: readonly PostureFinding[] }) {
  // In a front view the patient's left is on the viewer's right: positive is towards the viewer's right.
  const turn = angle(postures, ["torticaput", "torticollis"], 20);
  const tilt = angle(postures, ["laterocaput", "laterocollis"], 15);
  const shift = (turn / 90) * 26;
  const flex =
    angleOf(postures, ["antecaput", "antecollis"]) - angleOf(postures, ["retrocaput", "retrocollis"]);
  const unmeasured = postures.some((posture) => !posture.angle_deg);
  return (
    <figure className="head-figure">
      <div className="map-edges">
        <strong>{t("Patient's right")}</strong>
        <strong>{t("Patient's left")}</strong>
      </div>
      <svg
        viewBox="0 0 200 190"
        role="img"
        aria-label={t("Head seen from the front, posed by the entered angles")}
      >
        <path className="head-body" d="M40 186c4-26 26-34 46-38v-26h28v26c20 4 42 12 46 38z" />
        <g transform={`rotate(${tilt} 100 128) translate(0 ${(flex / 90) * 16})`}>
          <ellipse className="head-skull" cx="100" cy="76" rx="40" ry="52" />
          <g transform={`translate(${shift} 0)`} className="head-face">
            <path d={`M100 68c${shift > 0 ? 6 : -6} 10 ${shift > 0 ? 8 : -8} 16 0 20`} />
            <circle cx="85" cy="66" r="3.4" />
            <circle cx="115" cy="66" r="3.4" />
            <path d="M88 102q12 6 24 0" />
          </g>
        </g>
      </svg>
      {unmeasured && (
        <figcaption className="hint">
          {t("Angles that were not measured are drawn as a token only.")}
        </figcaption>
      )}
    </figure>
  );
}

function angleOf(postures: readonly PostureFinding[], names: readonly string[]): number {
  return postures
    .filter((posture) => names.some((name) => posture.posture.endsWith(name)))
    .reduce((sum, posture) => sum + (posture.angle_deg ? Number(posture.angle_deg) : 15), 0);
}
