/** The doses of a plan: side, old and new units, sites, volume, with what the rules say right below each dose. */
import { useRef, type KeyboardEvent } from "react";
import type { Finding, Side } from "../api/types";
import { compare, divide, multiply } from "../numbers/decimal";
import { change, millilitres, number, units } from "../numbers/format";
import { Icon } from "../shared/Icon";
import { NumberField } from "../shared/NumberField";
import { coded, sideWord } from "../words/names";
import { EnglishBelow } from "../shared/states";
import { t } from "../words/words";
import { stepOf, volumeOf, type Draft, type DoseRow } from "./draft";
import { byWeight, FindingBox, isAbout } from "./findings";
import { anyEnglish, reasonOfMuscle } from "./reasons";

interface Props {
  draft: Draft;
  findings: readonly Finding[];
  lit: string | null;
  onLight: (key: string | null) => void;
  onRow: (key: string, change: Partial<DoseRow>) => void;
  onRemove: (key: string) => void;
  sidesOf: (muscle: string) => readonly Side[];
  /** What the muscle did after the last session, in words; null if nobody judged it. */
  didLast: (muscle: string, side: Side) => string | null;
}

const SIDE_KEYS: Record<string, Side> = { l: "left", r: "right", b: "both" };

export function DoseTable({ draft, findings, lit, onLight, onRow, onRemove, sidesOf, didLast }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const next = (index: number) => {
    const fields = list.current?.querySelectorAll<HTMLInputElement>('input[name="units"]');
    (fields?.[index + 1] ?? document.querySelector<HTMLInputElement>(".add-muscle input"))?.focus();
  };
  return (
    <div className="doses">
      <div className="dose-head" aria-hidden="true">
        <span>{t("Muscle and the patient's side")}</span>
        <span className="num">{t("Last time")}</span>
        <span className="num">{t("Units now")}</span>
        <span className="num">{t("Sites")}</span>
        <span className="num">{t("Volume")}</span>
        <span />
      </div>
      <ol ref={list}>
        {draft.rows.map((row, index) => (
          <Row
            key={row.key}
            row={row}
            draft={draft}
            findings={findings.filter((finding) => isAbout(finding, row)).sort(byWeight)}
            isLit={lit === `${row.muscle} ${row.side}`}
            onLight={onLight}
            onRow={onRow}
            onRemove={onRemove}
            sides={sidesOf(row.muscle)}
            did={didLast(row.muscle, row.side)}
            onEnter={() => next(index)}
          />
        ))}
      </ol>
    </div>
  );
}

/** Units of each site; a part that has no end is told as about so many. */
function eachSite({ units: whole, sites }: DoseRow): string | null {
  if (whole === null || sites === null || !(Number(sites) > 0)) return null;
  const part = divide(whole, sites, 2);
  return compare(multiply(part, sites), whole) === 0 ? number(part) : `≈ ${number(divide(whole, sites, 1))}`;
}

interface RowProps extends Omit<Props, "lit" | "sidesOf" | "didLast"> {
  row: DoseRow;
  did: string | null;
  isLit: boolean;
  sides: readonly Side[];
  onEnter: () => void;
}

function Row({ row, draft, findings, isLit, onLight, onRow, onRemove, sides, did, onEnter }: RowProps) {
  const worst = findings[0]?.severity;
  const target = `${row.muscle} ${row.side}`;
  const volume = volumeOf(row.units, draft.vials);
  const perSite = eachSite(row);
  const shift = row.last !== null && row.units !== null ? change(row.last, row.units) : null;
  const keys = (event: KeyboardEvent) => {
    const side = SIDE_KEYS[event.key.toLowerCase()];
    if (side && !event.ctrlKey && !event.metaKey && sides.includes(side === "both" ? "left" : side)) {
      event.preventDefault();
      onRow(row.key, { side });
    }
  };
  return (
    <li>
      <div
        className={`dose${isLit ? " is-lit" : ""}${worst ? ` dose--${worst}` : ""}`}
        onPointerEnter={() => onLight(target)}
        onPointerLeave={() => onLight(null)}
        onFocus={() => onLight(target)}
        onBlur={() => onLight(null)}
      >
        <div className="dose-line">
          <div className="dose-muscle">
            <strong>{coded(row.muscle)}</strong>
            {sides.includes("left") ? (
              <div
                className="segments segments--side"
                role="group"
                aria-label={t("Side of {muscle}", { muscle: coded(row.muscle) })}
              >
                {(["right", "left"] as const).map((side) => (
                  <button
                    key={side}
                    type="button"
                    aria-pressed={row.side === side}
                    onClick={() => onRow(row.key, { side })}
                  >
                    {t(side === "left" ? "Left" : "Right")}
                  </button>
                ))}
                {row.side === "both" && (
                  <button type="button" aria-pressed="true">
                    {t("Both")}
                  </button>
                )}
              </div>
            ) : (
              <span className="soft small">{sideWord(row.side)}</span>
            )}
          </div>
          <div className="dose-last num">
            <span className="dose-label">{t("Last time")}</span>
            {row.last === null ? (
              <span className="soft">
                {/* Units of another product are no dose of this one: neither shown here nor taken for none. */}
                {draft.lastSession && draft.lastSession.product !== draft.product
                  ? t("another product")
                  : t("not given")}
              </span>
            ) : (
              <span>{units(row.last)}</span>
            )}
            {did && <span className="dose-did hint">{did}</span>}
          </div>
          <div className="dose-units">
            <NumberField
              name="units"
              of={`${coded(row.muscle)}, ${sideWord(row.side)}`}
              label={t("units")}
              hideLabel
              value={row.units}
              step={stepOf(draft.product)}
              invalid={worst === "error"}
              describedBy={findings.length ? `${row.key}-findings` : undefined}
              onChange={(value) => onRow(row.key, { units: value })}
              onEnter={onEnter}
              onKey={keys}
            />
            <span className="dose-change hint">
              {shift && row.last !== null && row.units !== null ? (
                <>
                  {number(row.last)} → <strong>{number(row.units)}</strong>{" "}
                  <span className="nowrap">({shift})</span>
                </>
              ) : row.last !== null && row.units !== null ? (
                t("as last time")
              ) : row.units !== null ? (
                t("new")
              ) : (
                ""
              )}
            </span>
          </div>
          <div className="dose-sites">
            <NumberField
              name="sites"
              of={`${coded(row.muscle)}, ${sideWord(row.side)}`}
              label={t("sites")}
              hideLabel
              whole
              optional
              step="1"
              value={row.sites}
              onChange={(value) =>
                onRow(row.key, { sites: value !== null && compare(value, "0") > 0 ? value : null })
              }
              onEnter={onEnter}
            />
            <span className="hint">{perSite && t("{n} each", { n: perSite })}</span>
          </div>
          <div className="dose-volume num">
            <span className="dose-label">{t("Volume")}</span>
            {volume === null ? <span className="soft">{t("unknown")}</span> : millilitres(volume)}
          </div>
          <button
            type="button"
            className="btn btn--quiet btn--icon dose-remove"
            aria-label={t("Remove {muscle}", { muscle: `${coded(row.muscle)}, ${sideWord(row.side)}` })}
            title={t("Remove")}
            onClick={() => onRemove(row.key)}
          >
            <Icon name="close" />
          </button>
        </div>
        {row.reasons.length > 0 && (
          <details className="dose-reasons">
            <summary>{t("Why this dose")}</summary>
            {anyEnglish(row.reasons) && <EnglishBelow />}
            <ul>
              {row.reasons.map((reason, index) => (
                <li key={index}>{reasonOfMuscle(reason)}</li>
              ))}
            </ul>
          </details>
        )}
        <div id={`${row.key}-findings`} className="stack stack--tight" aria-live="polite">
          {findings.map((finding, index) => (
            <FindingBox key={`${finding.rule}-${index}`} finding={finding} />
          ))}
        </div>
      </div>
    </li>
  );
}
