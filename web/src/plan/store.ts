/** Drafts stay in this tab until they are signed or the user signs out; the chart's server copy is the lasting one. */
import { useCallback, useRef, useState } from "react";
import type { Draft } from "./draft";

const name = (patient: string) => `reprieve.draft.${patient}`;

export function keptDraft(patient: string): Draft | null {
  try {
    const text = sessionStorage.getItem(name(patient));
    return text ? (JSON.parse(text) as Draft) : null;
  } catch {
    return null;
  }
}

export function keepDraft(patient: string, draft: Draft | null): void {
  try {
    if (draft) sessionStorage.setItem(name(patient), JSON.stringify(draft));
    else sessionStorage.removeItem(name(patient));
  } catch {
    // A full or forbidden storage costs the draft on reload, nothing else.
  }
}

export function useDraft(patient: string) {
  const [draft, setDraft] = useState<Draft | null>(() => keptDraft(patient));
  const latest = useRef(draft);
  const change = useCallback(
    (next: Draft | null | ((before: Draft | null) => Draft | null)) => {
      // Kept at once: a page that is left in the same moment may never come to its next state.
      const value = typeof next === "function" ? next(latest.current) : next;
      latest.current = value;
      keepDraft(patient, value);
      setDraft(value);
    },
    [patient],
  );
  return [draft, change] as const;
}
