/**
 * What goes to the server and comes back: four bytes of length (little endian), a JSON header, then bytes. The samples come
 * as 16-bit integers at multiples of eight bytes, so that they are used where they lie.
 */
import { ApiError, OfflineError } from "../api/client";

export interface ChannelHead {
  name: string;
  unit: string;
  kind: "surface" | "needle" | "movement" | "other";
  rate_hz: number;
  start_s: number;
  samples: number;
  scale: number;
  offset: number;
  muscle: string | null;
}

export interface Channel extends ChannelHead {
  data: Int16Array;
}

export interface Recording {
  name: string;
  format: string;
  length_s: number;
  channels: Channel[];
  annotations: { onset_s: number; duration_s: number | null; text: string }[];
  notes: string[];
}

export interface UploadHead {
  name: string;
  channels?: Record<string, { muscle?: string; side?: string; skip?: boolean }>;
  epochs?: { kind: string; start_s: number; stop_s: number }[];
  /** Text of the marker at each stimulus of a nerve. */
  stimulus?: string;
  /** Name of the channel that holds the angle of the joint. */
  angle?: string;
}

export function packed(head: UploadHead, file: Blob): Blob {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, text.byteLength, true);
  return new Blob([length.buffer, text, file]);
}

export function unpacked(frame: ArrayBuffer): Recording {
  const length = new DataView(frame).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(frame, 4, length));
  const head = JSON.parse(text) as Omit<Recording, "channels"> & { channels: ChannelHead[] };
  let at = 4 + length;
  const channels = head.channels.map((channel) => {
    const data = new Int16Array(frame, at, channel.samples);
    at += Math.ceil((2 * channel.samples) / 8) * 8;
    return { ...channel, data };
  });
  return { ...head, channels };
}

/** Send a recording to one of the two addresses that read it; the refusal is the server's own line. */
export async function send(path: string, body: Blob, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "X-Reprieve": "1", "Content-Type": "application/octet-stream" },
      credentials: "same-origin",
      body,
      signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new OfflineError();
  }
  if (response.ok) return response;
  let message = `The server answered ${response.status}.`;
  try {
    const told = (await response.json()) as { error?: { message?: string } };
    message = told.error?.message ?? message;
  } catch {
    // No JSON body: the status has to do.
  }
  throw new ApiError(response.status, `http_${response.status}`, message);
}
