/** Vials of the session: content, diluent, lot and expiry; the concentration is shown, and volumes follow from it. */
import { compare, divide, multiply } from "../numbers/decimal";
import { shown } from "../numbers/dates";
import { number } from "../numbers/format";
import { readCarton } from "../numbers/gs1";
import { Icon } from "../shared/Icon";
import { NumberField } from "../shared/NumberField";
import { t } from "../words/words";
import { concentration, vialRow, type VialRow } from "./draft";

interface Props {
  vials: readonly VialRow[];
  product: string;
  sizes: readonly string[];
  /** Units that the vials have to hold: a new vial is of the smallest size that does. */
  planned?: string;
  onChange: (vials: VialRow[]) => void;
  withLots?: boolean;
}

export function VialTable({ vials, product, sizes, planned, onChange, withLots = false }: Props) {
  const made = concentration(vials);
  const edit = (key: string, change: Partial<VialRow>) =>
    onChange(vials.map((vial) => (vial.key === key ? { ...vial, ...change } : vial)));
  /** A scanner types the whole code of the carton and ends with Enter or Tab: lot and expiry are taken from it. */
  const scanned = (vial: VialRow) => {
    const carton = readCarton(vial.lot);
    if (carton) edit(vial.key, { lot: carton.lot ?? "", expires: carton.expires ?? vial.expires });
  };
  const add = () => {
    const last = vials.at(-1);
    onChange([
      ...vials,
      { ...vialRow(), units: last?.units ?? sizeFor(sizes, planned), diluent: last?.diluent ?? null },
    ]);
  };
  return (
    <div className="stack stack--tight">
      {vials.length === 0 && (
        <p className="soft small">
          {t("No vial yet: volumes are unknown until content and diluent are entered.")}
        </p>
      )}
      {vials.map((vial, index) => (
        <fieldset key={vial.key} className={withLots ? "vial vial--lots" : "vial"}>
          <legend className="unseen">{t("Vial {n}", { n: index + 1 })}</legend>
          <NumberField
            label={t("Vial {n}", { n: index + 1 })}
            unit={t("units")}
            value={vial.units}
            onChange={(units) => edit(vial.key, { units })}
          />
          <NumberField
            label={t("Diluent")}
            unit="mL"
            value={vial.diluent}
            step="0.1"
            onChange={(diluent) => edit(vial.key, { diluent })}
          />
          {withLots && (
            <>
              <div className="field">
                <label htmlFor={`${vial.key}-lot`}>{t("Lot (type or scan)")}</label>
                <input
                  id={`${vial.key}-lot`}
                  className="input"
                  name="lot"
                  autoComplete="off"
                  value={vial.lot}
                  onChange={(event) => edit(vial.key, { lot: event.target.value })}
                  onBlur={() => scanned(vial)}
                  onKeyDown={(event) => event.key === "Enter" && scanned(vial)}
                />
              </div>
              <div className="field">
                <label htmlFor={`${vial.key}-expires`}>
                  {t("Expires")}
                  {vial.expires ? ` ${shown(vial.expires)}` : ""}
                </label>
                <input
                  id={`${vial.key}-expires`}
                  className="input"
                  type="date"
                  name="expires"
                  value={vial.expires}
                  onChange={(event) => edit(vial.key, { expires: event.target.value })}
                />
              </div>
            </>
          )}
          <button
            type="button"
            className="btn btn--quiet btn--icon"
            aria-label={t("Remove vial {n}", { n: index + 1 })}
            onClick={() => onChange(vials.filter((one) => one.key !== vial.key))}
          >
            <Icon name="close" />
          </button>
        </fieldset>
      ))}
      <div className="row">
        <button type="button" className="btn btn--small" onClick={add}>
          <Icon name="plus" />
          {t("Add a vial")}
        </button>
        <span className="small figures">
          {made
            ? t("{n} units of {product} in 0.1 mL", {
                n: number(divide(made.units, multiply(made.diluent, "10"), 3)),
                product,
              })
            : vials.length > 1
              ? t("the vials are made up differently: volumes are not summed")
              : ""}
        </span>
      </div>
    </div>
  );
}

/** The smallest size that holds what is planned, else the largest there is. */
export function sizeFor(sizes: readonly string[], planned: string | undefined): string | null {
  const sorted = sizes.toSorted(compare);
  return sorted.find((size) => compare(size, planned ?? "0") >= 0) ?? sorted.at(-1) ?? null;
}
