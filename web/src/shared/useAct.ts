/** One write of a small form: busy, done or refused; the same press never sends twice. */
import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { newKey, OfflineError, post } from "../api/client";
import { refresh } from "./refresh";

export interface Act {
  busy: boolean;
  error: string | null;
  /** Sends `body`; resolves to the answer, or to undefined when it was refused (then `error` says why). */
  run: <T>(path: string, body: unknown, stale?: QueryKey) => Promise<T | undefined>;
}

export function useAct(): Act {
  const client = useQueryClient();
  const key = useRef(newKey());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const lost = useRef<string | null>(null);
  const run = async <T>(path: string, body: unknown, stale?: QueryKey): Promise<T | undefined> => {
    // A write whose answer was lost may have arrived: the very same write goes out with the same key again.
    const wish = `${path} ${JSON.stringify(body)}`;
    if (lost.current !== wish) key.current = newKey();
    lost.current = null;
    setBusy(true);
    setError(null);
    try {
      const answer = await post<T>(path, body, { key: key.current });
      if (stale) await refresh(client, stale);
      return answer ?? ({} as T);
    } catch (reason) {
      if (reason instanceof OfflineError) lost.current = wish;
      setError(reason instanceof Error ? reason.message : String(reason));
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}
