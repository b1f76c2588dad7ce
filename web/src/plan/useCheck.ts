/** The live check: every edit is asked of the server at once; an answer that comes late for an older plan is dropped. */
import { useEffect, useState } from "react";
import { post } from "../api/client";
import type { CheckReport } from "../api/queries";
import type { Plan } from "../api/types";

export interface Checked {
  report: CheckReport | null;
  /** The report belongs to the plan as it stands now. */
  current: boolean;
  error: string | null;
}

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
    const timer = setTimeout(() => {
      post<CheckReport>("/api/check", JSON.parse(text), { signal: abort.signal })
        .then((report) => setState({ report, of: text, error: null }))
        .catch((error: unknown) => {
          if (error instanceof DOMException && error.name === "AbortError") return;
          setState((before) => ({
            ...before,
            of: null,
            error: error instanceof Error ? error.message : String(error),
          }));
        });
    }, 40);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  if (text === null) return NOTHING;
  return { report: state.report, current: state.of === text, error: state.error };
}
