/** Signing in by name and password, in the clinic and on the phone alike. */
import { post, signedIn } from "../api/client";
import type { Role } from "../api/types";

const KEY = "reprieve.clinic";
export const WHO = "reprieve.who";
const NAME = "clinic";
/** The clinic of a server that holds one alone; it needs no name in an address. */
const ONLY = "clinic";

const clinicTold = (): string | null => new URLSearchParams(location.search).get(NAME);

/** Where one server holds several clinics, the first address says which: /?clinic=north. It is remembered. */
export function clinicHere(): string | null {
  const told = clinicTold();
  try {
    if (told) localStorage.setItem(KEY, told);
    const found = told ?? localStorage.getItem(KEY);
    return found === ONLY ? null : found;
  } catch {
    return told; // Without storage the address has to say it each time.
  }
}

/** Whether the address asks for another clinic than the one that `me` is signed in to. */
export function isElsewhere(me: Role): boolean {
  const told = clinicTold();
  return Boolean(told) && told !== me.clinic;
}

function withoutClinic(): void {
  const rest = new URLSearchParams(location.search);
  rest.delete(NAME);
  const search = rest.size > 0 ? `?${rest.toString()}` : "";
  history.replaceState(history.state, "", `${location.pathname}${search}${location.hash}`);
}

/** Somebody came in: this browser belongs to that clinic from now on, whatever the address said. */
export function remember(me: Role): void {
  signedIn();
  withoutClinic();
  try {
    if (me.clinic === ONLY) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, me.clinic);
    localStorage.setItem(WHO, markOf(me));
  } catch {
    // Without storage the address has to say it each time.
  }
}

const markOf = ({ clinic, name, role }: Role): string => `${clinic} ${role} ${name}`;

/**
 * Tell when another page of this browser signs somebody else in: all pages send the same cookie, so what is done here
 * would from then on be done in that person's name.
 */
export function onSomebodyElse(me: Role, act: () => void): () => void {
  const changed = (event: StorageEvent) => {
    if (event.key === WHO && event.newValue !== null && event.newValue !== markOf(me)) act();
  };
  window.addEventListener("storage", changed);
  return () => window.removeEventListener("storage", changed);
}

/** Somebody signed out. */
export function forgetWho(): void {
  try {
    localStorage.removeItem(WHO);
  } catch {
    // Nothing was kept.
  }
}

/** Back to the clinic that needs no name. */
export function forgetClinic(): void {
  withoutClinic();
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was remembered.
  }
}

/** Who keeps something in this browser: two clinics of one server may each have a patient of the same number. */
export const ownerOf = (me: Role & { patient_id: string }): string =>
  me.clinic === ONLY ? me.patient_id : `${me.clinic}/${me.patient_id}`;

export function signIn(name: string, password: string, code?: string | null): Promise<Role> {
  const clinic = clinicHere();
  return post<Role>("/api/sign-in", {
    name: name.trim(),
    password,
    ...(code ? { code } : {}),
    ...(clinic ? { clinic } : {}),
  });
}
