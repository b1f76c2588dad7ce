/** The one door to the server: same origin, JSON, one clear line for whatever goes wrong. */
import { see } from "../shared/version";
import { t } from "../words/words";
import type { Finding } from "./types";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null = null,
    readonly findings: Finding[] = [],
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** Raised when the server was not reached; what was typed is kept, and sending again is safe. */
export class OfflineError extends ApiError {
  constructor() {
    super(0, "offline", t("The server cannot be reached. What you entered is kept here; try again."));
    this.name = "OfflineError";
  }
}

interface Options {
  /** Repeating a write with the same key changes nothing twice. */
  key?: string | undefined;
  signal?: AbortSignal | undefined;
}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let signIns = 0;
/** Somebody signed in: what was asked before and is refused now says nothing about that. */
export function signedIn(): void {
  signIns += 1;
}

async function refused(response: Response): Promise<ApiError> {
  let code = `http_${response.status}`;
  let message = `The server answered ${response.status}.`;
  let field: string | null = null;
  let findings: Finding[] = [];
  try {
    const body = (await response.json()) as {
      error?: { code?: string; message?: string; field?: string | null; findings?: Finding[] };
    };
    if (body.error) {
      code = body.error.code ?? code;
      message = body.error.message ?? message;
      field = body.error.field ?? null;
      findings = body.error.findings ?? [];
    }
  } catch {
    // No JSON body: the status has to do.
  }
  return new ApiError(response.status, code, message, field, findings);
}

export async function request<T>(
  method: "GET" | "POST",
  path: string,
  body?: unknown,
  options: Options = {},
): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method === "POST") {
    headers["X-Reprieve"] = "1";
    headers["Content-Type"] = "application/json";
    headers["Idempotency-Key"] = options.key ?? newKey();
  }
  const asked = signIns;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      ...(method === "POST" ? { body: JSON.stringify(body ?? {}) } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new OfflineError();
  }
  see(response.headers.get("X-Reprieve-Screens"));
  if (!response.ok) {
    const error = await refused(response);
    const isOld = asked !== signIns;
    if (error.status === 401 && !isOld && !path.endsWith("/sign-in") && !path.endsWith("/me"))
      window.dispatchEvent(new Event("reprieve:signed-out"));
    throw error;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export const get = <T>(path: string, options?: Options) => request<T>("GET", path, undefined, options);
export const post = <T>(path: string, body?: unknown, options?: Options) =>
  request<T>("POST", path, body, options);
