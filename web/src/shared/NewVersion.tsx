/** A line, never a pop-up: the server has newer screens. Nothing is loaded anew before somebody says so. */
import { useSyncExternalStore } from "react";
import { t } from "../words/words";
import { Icon } from "./Icon";
import { isNewer, NEWER } from "./version";

function subscribe(change: () => void): () => void {
  window.addEventListener(NEWER, change);
  return () => window.removeEventListener(NEWER, change);
}

export const ReloadButton = () => (
  <button type="button" className="btn btn--small" onClick={() => location.reload()}>
    {t("Load the page again")}
  </button>
);

export function NewVersion() {
  const newer = useSyncExternalStore(subscribe, isNewer);
  if (!newer) return null;
  return (
    <div className="note-box new-version" role="status">
      <Icon name="note" />
      <div className="row">
        <span>{t("There is a new version of this page. Save what you are typing, then load it again.")}</span>
        <ReloadButton />
      </div>
    </div>
  );
}
