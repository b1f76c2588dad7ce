/** Short videos of the own posture. They lie in this browser's database and nowhere else: nothing here sends one. */

export interface Video {
  id: string;
  /** The day it was taken or chosen, as the phone has it. */
  date: string;
  file: Blob;
}

export const MOST_BYTES = 80_000_000;
export const MOST_VIDEOS = 30;
const STORE = "videos";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("reprieve-videos", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = db.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

/** The newest first. */
export async function videos(): Promise<Video[]> {
  const kept = await run("readonly", (store) => store.getAll() as IDBRequest<Video[]>);
  return kept.sort((a, b) => b.date.localeCompare(a.date) || b.id.localeCompare(a.id));
}

export async function keepVideo(video: Video): Promise<void> {
  void navigator.storage?.persist?.().catch(() => false);
  await run("readwrite", (store) => store.put(video));
}

export async function deleteVideo(id: string): Promise<void> {
  await run("readwrite", (store) => store.delete(id));
}
