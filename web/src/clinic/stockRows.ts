/** Vials in stock as a person counts them: unopened ones of one lot are one line, an open vial has a line of its own. */
export interface StockVial {
  vial_id?: string | null;
  product: string;
  units: string | null;
  lot: string | null;
  expires: string | null;
  opened_at: string | null;
  left: string | null;
  state: string;
  findings?: { rule: string; message: string }[];
}

export interface StockLine {
  key: string;
  /** The vial that goes first: it stands for the others, which differ in nothing but their number. */
  first: StockVial;
  count: number;
}

const kind = (vial: StockVial) =>
  vial.state === "unopened"
    ? [vial.product, vial.units, vial.lot, vial.expires, vial.findings?.map((f) => f.rule).join()].join("|")
    : `open|${vial.vial_id}`;

/** Lines in the order of expiry; of vials that expire together an open one stands first. */
export function stockLines(vials: readonly StockVial[]): StockLine[] {
  const lines = new Map<string, StockLine>();
  for (const vial of vials) {
    const key = kind(vial);
    const line = lines.get(key);
    if (line) line.count += 1;
    else lines.set(key, { key, first: vial, count: 1 });
  }
  const order = ({ first, key }: StockLine) =>
    `${first.expires ?? "9999"} ${first.state === "unopened" ? 1 : 0} ${key}`;
  return [...lines.values()].sort((a, b) => order(a).localeCompare(order(b)));
}
