/** What is half entered stays in this tab until it is saved: on another page of the chart, after a reload, going back. */
import { useCallback, useState } from "react";

interface Kept<T> {
  /** What the entry was begun from; begun from something else, it is not this entry. */
  from: string;
  value: T;
}

function read<T>(name: string, from: string): T | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(name) ?? "null") as Kept<T> | null;
    return kept?.from === from ? kept.value : null;
  } catch {
    return null;
  }
}

function write<T>(name: string, kept: Kept<T> | null): void {
  try {
    if (kept) sessionStorage.setItem(name, JSON.stringify(kept));
    else sessionStorage.removeItem(name);
  } catch {
    // A full or forbidden storage costs the entry on a reload, nothing else.
  }
}

/** The value, whether it differs from what is saved, how to change it, and how to go back to `initial`. */
export function useKept<T>(name: string, from: string, initial: T) {
  const key = `reprieve.${name}`;
  const [state, setState] = useState(() => ({ from, value: read<T>(key, from) }));
  // Somebody saved a newer one meanwhile, here or elsewhere: that is what is shown.
  const value = state.from === from ? state.value : null;
  const change = useCallback(
    (next: T) => {
      write(key, { from, value: next });
      setState({ from, value: next });
    },
    [key, from],
  );
  const discard = useCallback(() => {
    write(key, null);
    setState({ from, value: null });
  }, [key, from]);
  return { value: value ?? initial, isKept: value !== null, change, discard };
}
