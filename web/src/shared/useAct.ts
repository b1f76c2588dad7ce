/** One write of a small form: busy, done or refused; the same press never sends twice. */
import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../api/client";
import { refresh } from "./refresh";
import { useKey } from "./useKey";

export interface Act {
  busy: boolean;
  error: string | null;
  /** Sends `body`; resolves to the answer, or to undefined when it was refused (then `error` says why). */
  run: <T>(path: string, body: unknown, stale?: QueryKey) => Promise<T | undefined>;
}

export function useAct(): Act {
  const client = useQueryClient();
  const keyed = useKey();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = async <T>(path: string, body: unknown, stale?: QueryKey): Promise<T | undefined> => {
    setBusy(true);
    setError(null);
    try {
      const wish = `${path} ${JSON.stringify(body)}`;
      const answer = await keyed(wish, (key) => post<T>(path, body, { key }));
      if (stale) await refresh(client, stale);
      return answer ?? ({} as T);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}
