/**
 * Entries that are not at the server yet. Each waits in the browser's database under its own key and is removed only
 * when the server has answered for it; the server takes a key once, so sending twice is harmless.
 */
import { ApiError, newKey, post } from "../api/client";
import { isOwn, keptIn, stay, whoIsHere } from "./database";

export interface Waiting {
  key: string;
  /** Which came first: of two entries of one day the later one has to arrive later. Counted, since a clock may go back. */
  order?: number;
  path: string;
  body: Record<string, unknown>;
  /** Whose entry it is: the account of whoever signs in here next must not take it. */
  owner?: string | null;
}

const run = keptIn("reprieve-diary", "unsent", "key");
/** What this page has not seen arrive: a browser that is short of space may empty its databases under an open page. */
const unseen = new Map<string, Waiting>();

/** The entries of who is here now, the first first. */
export async function waiting(): Promise<Waiting[]> {
  let stored: Waiting[] = [];
  try {
    stored = await run("readonly", (store) => store.getAll() as IDBRequest<Waiting[]>);
  } catch {
    // No database: what this page remembers is all there is.
  }
  const known = new Set(stored.map((entry) => entry.key));
  const all = [...stored, ...[...unseen.values()].filter((entry) => !known.has(entry.key))];
  return all.filter(isOwn).sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
}

async function arrived(key: string): Promise<void> {
  unseen.delete(key);
  await run("readwrite", (store) => store.delete(key)).catch(() => undefined);
}

/** Keep the entry first, then try to send; true if it is at the server. */
export async function send(path: string, body: Record<string, unknown>): Promise<boolean> {
  const order = 1 + Math.max(0, ...(await waiting()).map((one) => one.order ?? 0));
  const entry: Waiting = { key: newKey(), order, path, body, owner: whoIsHere() };
  let kept = true;
  try {
    await run("readwrite", (store) => store.put(entry));
  } catch {
    kept = false; // No database, for example in a private window: send directly or say so.
  }
  if (!kept) {
    await post(path, body, { key: entry.key });
    return true;
  }
  unseen.set(entry.key, entry);
  stay();
  await flush();
  return !(await waiting()).some((one) => one.key === entry.key);
}

async function flushAll(): Promise<void> {
  for (const entry of await waiting()) {
    try {
      await post(entry.path, entry.body, { key: entry.key });
    } catch (error) {
      // Offline, signed out or a fault of the server: it waits. Refused for good: it must not block the others.
      const refused = error instanceof ApiError && [400, 404, 409, 422].includes(error.status);
      if (!refused) return;
      await arrived(entry.key);
      window.dispatchEvent(new CustomEvent("reprieve:refused", { detail: error.message }));
      continue;
    }
    await arrived(entry.key);
  }
}

/** Send what waits; of several open tabs one does it. */
export async function flush(): Promise<void> {
  if (navigator.locks) await navigator.locks.request("reprieve-diary-send", flushAll);
  else await flushAll();
}
