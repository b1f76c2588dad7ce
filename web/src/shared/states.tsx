/** Loading, failed and empty: every state has its own words and a next step. */
import { useEffect, useState, type ReactNode } from "react";
import { language, t } from "../words/words";
import { Icon } from "./Icon";

/** A skeleton, but only when the answer is not there within 300 ms: a flash is worse than a short wait. */
export function Loading({ what, tall = 160 }: { what: string; tall?: number }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" style={{ minHeight: tall }} className={late ? "skeleton" : undefined}>
      <span className="unseen">{t("Loading {what}", { what })}</span>
    </div>
  );
}

export function Failed({ error, again }: { error: unknown; again?: (() => void) | undefined }) {
  const message = error instanceof Error ? error.message : String(error);
  return (
    <div className="note-box note-box--check" role="alert">
      <Icon name="check" />
      <div className="stack stack--tight">
        <p>{message}</p>
        {again && (
          <div>
            <button type="button" className="btn btn--small" onClick={again}>
              {t("Try again")}
            </button>
          </div>
        )}
      </div>
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="soft">{children}</p>;
}

/** What is not known is said so; it never looks like zero or like none. */
export function Unknown({ word }: { word?: string }) {
  return <span className="soft">{word ?? t("unknown")}</span>;
}

/** Said above sentences that the engines write, in English, to a reader of another language. */
export function EnglishBelow() {
  return language() === "en" ? null : <p className="hint">{t("The program's own words, in English")}</p>;
}
