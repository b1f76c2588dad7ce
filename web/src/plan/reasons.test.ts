import { expect, it } from "vitest";
import type { Proposal } from "../api/queries";
import type { Plan } from "../api/types";
import { reasonOfMuscle, reasonsByMuscle, reasonsOfSession, reasonText } from "./reasons";

const plan = {
  product: "onabotulinumtoxinA",
  indication: "cervical_dystonia",
  injections: [
    { muscle: "splenius_capitis", side: "right", units: "60", sites: 2 },
    { muscle: "splenius_capitis", side: "left", units: "50", sites: 1 },
    { muscle: "sternocleidomastoid", side: "left", units: "40", sites: 1 },
  ],
} as unknown as Plan;
const of = (muscle: string, side: string, kind: string, text: string) => ({
  kind,
  subject: `${muscle} ${side}`,
  muscle,
  side,
  statement: `${muscle} ${side}: ${text}`,
});
const proposal = {
  id: "best_expected",
  title: "Best expected",
  plan,
  reasons: [
    {
      kind: "session",
      subject: "session",
      muscle: null,
      side: null,
      statement: "sternocleidomastoid (total): at most 100 units",
    },
    of("sternocleidomastoid", "left", "evidence", "Torticaput to the right: contralateral primary muscle"),
    of("splenius_capitis", "left", "risk", "may spread into pharyngeal_constrictors (dysphagia)"),
    of("splenius_capitis", "right", "fixed_by", "at most 100 units, label (skyscape_ona); 0 units left"),
  ],
} as unknown as Proposal;

it("a reason goes to its own muscle and side, whatever other side its sentence names", () => {
  const told = Object.entries(reasonsByMuscle(proposal, plan)).map(([key, own]) => [
    key,
    own.map(reasonOfMuscle),
  ]);
  expect(Object.fromEntries(told)).toEqual({
    "sternocleidomastoid left": ["Evidence: Torticaput to the right: contralateral primary muscle"],
    "splenius_capitis left": ["Risk: may spread into pharyngeal constrictors (dysphagia)"],
    "splenius_capitis right": ["Why not more: at most 100 units, label (skyscape_ona); 0 units left"],
  });
});

it("what is true of the session stays with the session", () => {
  expect(reasonsOfSession(proposal).map(reasonText)).toEqual([
    "sternocleidomastoid (total): at most 100 units",
  ]);
});

it("a plan without reasons has none", () => {
  expect(reasonsByMuscle(undefined, plan)).toEqual({});
});
