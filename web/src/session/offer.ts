/** The stock's offer, turned into rows of the session's vials. */
import type { Finding } from "../api/types";
import { vialRow, type VialRow } from "../plan/draft";

export interface Offered {
  vial_id: string;
  lot: string;
  expires: string;
  units: string;
  left: string | null;
  state: string;
  selectable: boolean;
  findings: Finding[];
}

/** Vials that differ in nothing but their number, counted. */
export function linesOf(vials: readonly Offered[]): { first: Offered; count: number }[] {
  const lines = new Map<string, { first: Offered; count: number }>();
  for (const vial of vials) {
    const alike = [vial.lot, vial.expires, vial.units, vial.left, vial.state, vial.selectable].join("|");
    const key = vial.state === "unopened" ? alike : vial.vial_id;
    const line = lines.get(key);
    if (line) line.count += 1;
    else lines.set(key, { first: vial, count: 1 });
  }
  return [...lines.values()];
}

/** Rows for the vials taken. The diluent of a planned vial of the same size is kept; of another size it is asked for. */
export function rowsOf(take: readonly Offered[], planned: readonly VialRow[]): VialRow[] {
  return take.map((vial) => ({
    ...vialRow({ units: vial.units, lot: vial.lot, expires: vial.expires }),
    diluent: planned.find((row) => row.units === vial.units && row.diluent !== null)?.diluent ?? null,
  }));
}
