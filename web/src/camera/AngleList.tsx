/** The three measured angles in words, each followed by what the page says of its error. */
import type { ReactNode } from "react";
import { t } from "../words/words";
import { angleInWords, HEAD_AXES } from "./axes";
import type { Pose } from "./pose";

export function AngleList({
  pose,
  renderError,
}: {
  pose: Pose;
  renderError: (axis: keyof Pose) => ReactNode;
}) {
  return (
    <dl className="camera-angles figures">
      {HEAD_AXES.map((axis) => (
        <div key={axis.id} data-axis={axis.id} data-degrees={pose[axis.id].toFixed(1)}>
          <dt>{t(axis.label)}</dt>
          <dd>
            <strong>{angleInWords(axis, pose[axis.id])}</strong> {renderError(axis.id)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
