/** The key of a write: the server takes it once. */
import { useRef } from "react";
import { newKey, OfflineError } from "../api/client";

/**
 * A write whose answer was lost may have arrived: the very same write goes out with the same key again. Changed meanwhile,
 * it is another write; with the old key the server would refuse it for good.
 */
export function useKey() {
  const key = useRef(newKey());
  const lost = useRef<string | null>(null);
  return async <T>(wish: string, send: (key: string) => Promise<T>): Promise<T> => {
    if (lost.current !== wish) key.current = newKey();
    lost.current = null;
    try {
      return await send(key.current);
    } catch (reason) {
      if (reason instanceof OfflineError) lost.current = wish;
      throw reason;
    }
  };
}
