/** Billing lines of a drug: code, modifier and billing units, and how a broken unit was rounded. */
import { t } from "../words/words";
import { number } from "../numbers/format";

export interface Claim {
  units_per_billing_unit: string;
  rounding: "up" | "nearest" | "down";
  lines: { code: string; modifier: string | null; billing_units: number }[];
}

const ROUNDING = { up: "rounded up", nearest: "rounded to the nearest", down: "rounded down" } as const;

export function ClaimLines({ claim, why }: { claim: Claim | null; why: string | null }) {
  if (!claim)
    return <p className="soft">{t("No billing line: {reason}", { reason: why ?? t("unknown") })}</p>;
  return (
    <div>
      <h3>{t("Billing lines")}</h3>
      <ul className="words-list figures">
        {claim.lines.map((line) => (
          <li key={`${line.code}${line.modifier}`}>
            <strong>
              {line.code}
              {line.modifier ? ` ${line.modifier}` : ""}
            </strong>{" "}
            · {t("{n} billing units", { n: line.billing_units })}
            {line.modifier === "JW" && <span className="soft"> ({t("wasted")})</span>}
          </li>
        ))}
      </ul>
      <p className="hint">
        {t("One billing unit is {n} units of this product; given units {rounding}.", {
          n: number(claim.units_per_billing_unit),
          rounding: t(ROUNDING[claim.rounding]),
        })}
      </p>
    </div>
  );
}
