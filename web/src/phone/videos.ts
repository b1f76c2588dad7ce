/** Short videos of the own posture. They lie in this browser's database and nowhere else: nothing here sends one. */
import { isOwn, keptIn, stay, whoIsHere } from "./database";

export interface Video {
  id: string;
  /** The day it was taken or chosen, as the phone has it. */
  date: string;
  file: Blob;
  owner?: string | null;
}

export const MOST_BYTES = 80_000_000;
export const MOST_VIDEOS = 30;
const run = keptIn("reprieve-videos", "videos", "id");

/** The videos of who is here now, the newest first. */
export async function videos(): Promise<Video[]> {
  const kept = await run("readonly", (store) => store.getAll() as IDBRequest<Video[]>);
  return kept.filter(isOwn).sort((a, b) => b.date.localeCompare(a.date) || b.id.localeCompare(a.id));
}

export async function keepVideo(video: Video): Promise<void> {
  stay();
  await run("readwrite", (store) => store.put({ ...video, owner: whoIsHere() }));
}

export async function deleteVideo(id: string): Promise<void> {
  await run("readwrite", (store) => store.delete(id));
}
