/** When a limit that is gone over needs a second person, and whether one has agreed. The server decides; this says it early. */
import type { Approval, Policy } from "../api/queries";
import type { Finding } from "../api/types";

/** What is physically wrong with a vial always takes two. */
const VIAL_RULES = new Set([
  "vial_expired",
  "vial_over_time",
  "reconstitution_unknown",
  "reconstitution_impossible",
]);

export function asksSecond(rule: string, policy: Policy | undefined): boolean {
  if (VIAL_RULES.has(rule)) return true;
  const rules = policy?.second_person_rules ?? [];
  return rules.includes("*") || rules.includes(rule);
}

/** A vial that nobody may sign for here, whatever the reason: another one has to be taken. */
export function barred(rule: string, policy: Policy | undefined): boolean {
  return VIAL_RULES.has(rule) && policy?.vial_overrides !== true;
}

/** The approval of somebody else for this very finding. */
export function approvalOf(
  finding: Finding,
  approvals: readonly Approval[],
  me: string | null,
): Approval | null {
  return (
    approvals.find((a) => a.rule === finding.rule && a.subject === finding.subject && a.by !== me) ?? null
  );
}

/** The findings that still wait for a second person. */
export function unapproved(
  blocking: readonly Finding[],
  policy: Policy | undefined,
  approvals: readonly Approval[],
  me: string | null,
): Finding[] {
  return blocking.filter(
    (finding) =>
      asksSecond(finding.rule, policy) &&
      !barred(finding.rule, policy) &&
      !approvalOf(finding, approvals, me),
  );
}
