/** Vials in the house for this dose: what to take for least waste, with one press, and every other one with what is against it. */
import { useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import type { Finding } from "../api/types";
import { readable, shown } from "../numbers/dates";
import { compare } from "../numbers/decimal";
import { units } from "../numbers/format";
import type { VialRow } from "../plan/draft";
import { Icon } from "../shared/Icon";
import { FindingWords } from "../plan/findings";
import { words } from "../words/names";
import { t } from "../words/words";
import { linesOf, rowsOf, type Offered } from "./offer";

interface Offer {
  vials: Offered[];
  take: string[];
  waste: string | null;
  why_not: string | null;
}

interface Props {
  patient: string;
  product: string;
  total: string;
  vials: readonly VialRow[];
  onTake: (vials: VialRow[]) => void;
}

export function StockOffer({ patient, product, total, vials, onTake }: Props) {
  const some = compare(total, "0") > 0;
  const offer = useQuery({
    queryKey: ["stock", "offer", patient, product, total],
    queryFn: () =>
      get<Offer>(
        `/api/stock/offer?product=${encodeURIComponent(product)}&units=${total}&patient=${encodeURIComponent(patient)}`,
      ),
    enabled: some,
    retry: false,
    placeholderData: (before) => before,
  });
  if (!some || !offer.data) return null;
  const all = offer.data.vials;
  if (all.length === 0)
    return (
      <p className="soft small">{t("No vial of {product} is in stock here: type the lot.", { product })}</p>
    );
  const take = all.filter((vial) => offer.data.take.includes(vial.vial_id));
  const taken = take.length > 0 && sameVials(vials, take);
  return (
    <div className="offer stack stack--tight" data-testid="offer">
      {take.length > 0 ? (
        <div className="row row--between">
          <p>
            {t("From the stock, for least waste:")}{" "}
            <strong className="figures">
              {linesOf(take)
                .map(({ first, count }) => `${count} × ${units(first.left ?? first.units)}, ${first.lot}`)
                .join("; ")}
            </strong>
            {offer.data.waste !== null && (
              <span className="soft">
                {" · "}
                {t("{units} left over", { units: units(offer.data.waste) })}
              </span>
            )}
          </p>
          <button
            type="button"
            className="btn btn--small"
            disabled={taken}
            onClick={() => onTake(rowsOf(take, vials))}
          >
            <Icon name={taken ? "verified" : "plus"} />
            {taken ? t("Taken") : t("Take these vials")}
          </button>
        </div>
      ) : (
        <p className="note-box note-box--check">
          <Icon name="check" />
          {readable(offer.data.why_not ?? t("The stock does not hold this dose."))}
        </p>
      )}
      <details className="dose-reasons">
        <summary>{t("All vials of this product in stock")}</summary>
        <ul className="offer-list">
          {linesOf(all).map(({ first, count }) => (
            <li key={first.vial_id}>
              <span className="figures">
                {count} × {units(first.left ?? first.units)}, {t("lot {lot}", { lot: first.lot })},{" "}
                {t("expires {date}", { date: shown(first.expires) })}
                {first.state === "unopened" ? "" : `, ${words(first.state).toLowerCase()}`}
              </span>
              {first.selectable ? (
                <button
                  type="button"
                  className="btn btn--small btn--quiet"
                  onClick={() =>
                    onTake([...vials.filter((vial) => vial.lot !== ""), ...rowsOf([first], vials)])
                  }
                >
                  <Icon name="plus" />
                  {t("Add one")}
                </button>
              ) : (
                <span className="chip chip--stop">
                  <Icon name="stop" />
                  {t("not to be used")}
                </span>
              )}
              {first.findings.map((finding: Finding) => (
                <p key={finding.rule} className="hint">
                  <FindingWords finding={finding} />
                </p>
              ))}
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

function sameVials(rows: readonly VialRow[], take: readonly Offered[]): boolean {
  const text = (list: { units: string | null; lot: string }[]) =>
    list
      .map((one) => `${one.lot} ${one.units}`)
      .sort()
      .join("|");
  return text([...rows]) === text(take.map((one) => ({ units: one.units, lot: one.lot })));
}
