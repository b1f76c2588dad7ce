/** What this browser keeps for the patient, and for whom: a phone or a tablet may be used by more than one. */
const HERE = "reprieve.phone.signed-in";

/** What this page knows while its storage is emptied under it. */
let known: string | null = null;

function here(): string | null {
  try {
    return localStorage.getItem(HERE) ?? known;
  } catch {
    return known;
  }
}

/** The patient who signed in here last; null when nobody did, or when only that somebody did was kept. */
export const whoIsHere = (): string | null => (here() === "1" ? null : here());

export const hasBeenHere = (): boolean => here() !== null;

export function comes(patient: string): void {
  known = patient;
  localStorage.setItem(HERE, patient);
}

export function leaves(): void {
  known = null;
  localStorage.removeItem(HERE);
}

/** Whether something kept here belongs to who is here now; what names nobody was kept before owners were. */
export const isOwn = (one: { owner?: string | null | undefined }): boolean =>
  one.owner == null || one.owner === whoIsHere();

type Work<T> = (store: IDBObjectStore) => IDBRequest<T>;

/** One store of a database of this browser. */
export function keptIn(name: string, store: string, keyPath: string) {
  const open = () =>
    new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(store, { keyPath });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  return async <T>(mode: IDBTransactionMode, work: Work<T>): Promise<T> => {
    const db = await open();
    try {
      return await new Promise<T>((resolve, reject) => {
        const transaction = db.transaction(store, mode);
        const request = work(transaction.objectStore(store));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
        transaction.onerror = () => reject(transaction.error);
      });
    } finally {
      db.close();
    }
  };
}

/** Ask once that the browser does not throw away what is kept; it may say no, and asks nobody. */
export function stay(): void {
  void navigator.storage?.persist?.().catch(() => false);
}
