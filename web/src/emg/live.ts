/** The needle that is listened to now: lines of figures from the server, as they come. */
import { ApiError, OfflineError } from "../api/client";

export type Verdict = "in_territory" | "near" | "far" | "end_plate_noise" | "silent" | "active";

export interface Figures {
  time_s: number;
  rms_uv: number;
  turns_per_s: number;
  spikes_per_s: number;
  new_spikes: number;
  verdict: Verdict;
  age_s: number;
}

/** Whole lines of what has come so far, and the rest that is still to be ended. */
export function linesOf(rest: string, chunk: string): { lines: string[]; rest: string } {
  const parts = (rest + chunk).split("\n");
  const last = parts.pop() ?? "";
  return { lines: parts.filter((line) => line.trim() !== ""), rest: last };
}

/** What is kept of the figures: the last `span` seconds of the needle's own time. */
export function recent(before: readonly Figures[], next: readonly Figures[], span: number): Figures[] {
  const all = [...before, ...next];
  const newest = all.at(-1)?.time_s ?? 0;
  return all.filter((one) => one.time_s > newest - span);
}

/** Listen until `signal` ends it or the server does; a refusal or a lost device is raised with the server's words. */
export async function listen(
  source: string,
  channel: string,
  signal: AbortSignal,
  onFigures: (figures: Figures[]) => void,
): Promise<void> {
  const query = `source=${encodeURIComponent(`lsl:${source}`)}${channel ? `&channel=${encodeURIComponent(channel)}` : ""}`;
  let response: Response;
  try {
    response = await fetch(`/api/emg/live?${query}`, { credentials: "same-origin", signal });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new OfflineError();
  }
  if (!response.ok || !response.body) {
    const told = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
    const message = told?.error?.message ?? `The server answered ${response.status}.`;
    throw new ApiError(response.status, `http_${response.status}`, message);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const split = linesOf(rest, value);
    rest = split.rest;
    const told = split.lines.map((line) => JSON.parse(line) as Figures | { problem: string });
    const problem = told.find((one) => "problem" in one);
    onFigures(told.filter((one): one is Figures => "rms_uv" in one));
    if (problem) throw new ApiError(200, "device", problem.problem);
  }
}
