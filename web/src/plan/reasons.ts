/** Reasons of the engines as the screen tells them: what kind it is in the reader's language, then the engine's own sentence. */
import type { Proposal } from "../api/queries";
import type { Plan } from "../api/types";
import { readable } from "../numbers/dates";
import { t } from "../words/words";
import { translated } from "./sentences";

export type Told = string | Record<string, unknown>;

const KINDS: Record<string, string> = {
  range: "Range",
  last_dose: "Last dose",
  evidence: "Evidence",
  learned: "Learned from this patient",
  risk: "Risk",
  fixed_by: "Why not more",
  would_change: "What would change it",
};
export const REASON_KINDS: readonly string[] = Object.values(KINDS);

/** "splenius_capitis" inside a sentence to "splenius capitis"; a source in brackets keeps its key. */
const plain = (text: string): string =>
  readable(text.replace(/(?<![(\w])[a-z]+(?:_[a-z]+)+\b/g, (name) => name.replaceAll("_", " ")));

function sentence(reason: Told): string {
  if (typeof reason === "string") return reason;
  for (const name of ["statement", "text", "message", "reason", "ask", "question", "title"]) {
    const value = reason[name];
    if (typeof value === "string") return value;
  }
  return Object.values(reason)
    .filter((value) => typeof value === "string")
    .join(": ");
}

export function reasonText(reason: Told): string {
  const text = sentence(reason);
  return translated(text) ?? plain(text);
}

/** Whether a reader of another language gets one of these in English. */
export const anyEnglish = (reasons: readonly Told[]): boolean =>
  reasons.some((reason) => translated(ownText(reason)) === null);

/** A reason of a muscle begins with the muscle; it stands beside it already. */
function ownText(reason: Told): string {
  const text = sentence(reason);
  const prefix = typeof reason === "string" ? "" : `${String(reason.subject)}: `;
  return prefix && text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

/** The same beside its muscle, which is not named again. */
export function reasonOfMuscle(reason: Told): string {
  const text = ownText(reason);
  const told = translated(text) ?? plain(text);
  const kind = typeof reason === "string" ? undefined : KINDS[String(reason.kind)];
  return kind ? `${t(kind)}: ${told}` : told;
}

/** Reasons of a proposal that are about one muscle, by muscle and side, as the doses are keyed. */
export function reasonsByMuscle(proposal: Proposal | undefined, plan: Plan): Record<string, Told[]> {
  const found: Record<string, Told[]> = {};
  for (const { muscle, side } of plan.injections) {
    const own = (proposal?.reasons ?? []).filter(
      (reason): reason is Record<string, unknown> =>
        typeof reason === "object" &&
        reason.muscle === muscle &&
        (!reason.side || !side || reason.side === side),
    );
    if (own.length > 0) found[`${muscle} ${side ?? "midline"}`] = own;
  }
  return found;
}

/** Reasons about the session as a whole; those of a muscle stand beside its dose once the option is taken. */
export const reasonsOfSession = (proposal: Proposal): Told[] =>
  proposal.reasons.filter((reason) => typeof reason === "string" || !reason.muscle);
