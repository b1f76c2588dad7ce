/** A PDF that the server makes from what is on the screen; it is handed to the browser and kept nowhere. */
import { ApiError, newKey, OfflineError } from "../api/client";

export async function savePdf(path: string, body: unknown, name: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "X-Reprieve": "1", "Content-Type": "application/json", "Idempotency-Key": newKey() },
      credentials: "same-origin",
      body: JSON.stringify(body),
    });
  } catch {
    throw new OfflineError();
  }
  if (!response.ok) {
    const told = (await response.json().catch(() => null)) as { error?: { message?: string } } | null;
    throw new ApiError(
      response.status,
      `http_${response.status}`,
      told?.error?.message ?? `The server answered ${response.status}.`,
    );
  }
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
