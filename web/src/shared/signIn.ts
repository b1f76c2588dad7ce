/** Signing in by name and password, in the clinic and on the phone alike. */
import { post } from "../api/client";
import type { Role } from "../api/types";

const KEY = "reprieve.clinic";

/** Where one server holds several clinics, the first address says which: /?clinic=north. It is remembered. */
function clinicHere(): string | null {
  const told = new URLSearchParams(location.search).get("clinic");
  try {
    if (told) localStorage.setItem(KEY, told);
    return told ?? localStorage.getItem(KEY);
  } catch {
    return told; // Without storage the address has to say it each time.
  }
}

export function signIn(name: string, password: string, code?: string | null): Promise<Role> {
  const clinic = clinicHere();
  return post<Role>("/api/sign-in", {
    name: name.trim(),
    password,
    ...(code ? { code } : {}),
    ...(clinic ? { clinic } : {}),
  });
}
