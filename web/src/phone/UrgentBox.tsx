/** Fixed text: what is urgent, and what to do. It opens with one tap from everywhere on the page. */
import { useEffect, useRef } from "react";
import { Icon } from "../shared/Icon";
import { t } from "../words/words";

export function UrgentBox({ text, onClose }: { text: string | null; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="urgent" onClose={onClose} aria-labelledby="urgent-title">
      <div className="stack">
        <h2 id="urgent-title">
          <Icon name="stop" /> {t("Urgent help")}
        </h2>
        {text ? (
          <p className="urgent-text">{text}</p>
        ) : (
          <>
            <p className="urgent-text">
              {t(
                "Trouble breathing, trouble swallowing or speaking, or weak all over: call the emergency number now.",
              )}
            </p>
            <p>
              {t(
                "Say that you had botulinum toxin injected, and when. It can happen hours to weeks after the injection. Do not wait for your clinic to open.",
              )}
            </p>
          </>
        )}
        <div className="call-row">
          <a className="btn btn--stop btn--big" href="tel:112">
            {t("Call 112")}
          </a>
          <a className="btn btn--stop btn--big" href="tel:911">
            {t("Call 911")}
          </a>
        </div>
        <button type="button" className="btn btn--big" onClick={() => dialog.current?.close()}>
          {t("Close")}
        </button>
      </div>
    </dialog>
  );
}
