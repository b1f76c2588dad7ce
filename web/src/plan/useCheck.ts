/** The live check: every edit is asked of the server at once; an answer that comes late for an older plan is dropped. */
import { useEffect, useState } from "react";
import { ApiError, OfflineError, post } from "../api/client";
import type { CheckReport } from "../api/queries";
import type { Plan } from "../api/types";

export interface Checked {
  report: CheckReport | null;
  /** The report belongs to the plan as it stands now. */
  current: boolean;
  error: string | null;
}

const AGAIN_MS = 3000;

/** Whether the same question may be answered a moment later: no line, a busy server. */
const passes = (error: unknown): boolean =>
  error instanceof OfflineError ||
  (error instanceof ApiError && (error.status === 429 || error.status >= 500));

const NOTHING: Checked = { report: null, current: false, error: null };

export function useCheck(plan: Plan | null): Checked {
  const text = plan ? JSON.stringify(plan) : null;
  const [state, setState] = useState<{ report: CheckReport | null; of: string | null; error: string | null }>(
    {
      report: null,
      of: null,
      error: null,
    },
  );
  useEffect(() => {
    if (text === null) return;
    const abort = new AbortController();
    const ask = () => {
      post<CheckReport>("/api/check", JSON.parse(text), { signal: abort.signal })
        .then((report) => setState({ report, of: text, error: null }))
        .catch((error: unknown) => {
          if (abort.signal.aborted) return;
          setState((before) => ({
            ...before,
            of: null,
            error: error instanceof Error ? error.message : String(error),
          }));
          // A plan nobody could check is asked about again by itself, not at the next edit only.
          if (passes(error)) timer = setTimeout(ask, AGAIN_MS);
        });
    };
    let timer = setTimeout(ask, 40);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  if (text === null) return NOTHING;
  return { report: state.report, current: state.of === text, error: state.error };
}
