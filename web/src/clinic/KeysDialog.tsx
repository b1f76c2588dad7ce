import { useEffect, useRef } from "react";
import { t } from "../words/words";

const KEYS: [string, string][] = [
  ["?", "Show these keys"],
  ["g t", "Today"],
  ["g p", "Patients"],
  ["Ctrl K", "Find a patient"],
  ["↑ ↓ Enter", "In a list: move, open"],
  ["/", "In the plan: add a muscle"],
  ["↑ ↓", "In a dose: one step more or less"],
  ["l  r  b", "In a dose: left, right, both sides"],
  ["Enter", "In a dose: next dose"],
  ["← →", "On the body map and the time line: move"],
];

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="keys-title">
      <div className="stack">
        <h2 id="keys-title">{t("Keys")}</h2>
        <dl className="pairs">
          {KEYS.map(([key, meaning]) => (
            <div key={key} className="pair-row">
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{t(meaning)}</dd>
            </div>
          ))}
        </dl>
        <button type="button" className="btn" onClick={() => dialog.current?.close()}>
          {t("Close")}
        </button>
      </div>
    </dialog>
  );
}
