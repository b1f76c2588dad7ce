/** Given, changed or skipped: one large press for each muscle; what differs from the plan stays visible. */
import { number, units } from "../numbers/format";
import { Icon } from "../shared/Icon";
import { NumberField } from "../shared/NumberField";
import { coded, sideWord, sitesWord, words } from "../words/names";
import { t } from "../words/words";
import { stepOf, type Draft, type DoseRow } from "../plan/draft";
import { givenOf, type GivenRow, type SessionState } from "./state";

const REASONS = ["Not tolerated", "Not needed today", "Could not be reached", "Patient declined"];
const GUIDANCE = ["", "anatomical", "emg", "stimulation", "ultrasound", "endoscopy"];

interface Props {
  draft: Draft;
  state: SessionState;
  onChange: (next: (before: SessionState) => SessionState) => void;
  onLight: (key: string | null) => void;
}

export function GiveList({ draft, state, onChange, onLight }: Props) {
  const edit = (row: DoseRow, change: Partial<GivenRow>) =>
    onChange((before) => ({
      ...before,
      given: { ...before.given, [row.key]: { ...givenOf(before, row), ...change } },
    }));
  const all = () =>
    onChange((before) => ({
      ...before,
      given: Object.fromEntries(
        draft.rows.map((row) => {
          const given = givenOf(before, row);
          return [row.key, given.state === "open" ? { ...given, state: "given" as const } : given];
        }),
      ),
    }));
  const guide = (guidance: string) =>
    onChange((before) => ({
      ...before,
      given: Object.fromEntries(draft.rows.map((row) => [row.key, { ...givenOf(before, row), guidance }])),
    }));
  const used = new Set(draft.rows.map((row) => givenOf(state, row).guidance));
  const done = draft.rows.filter((row) => givenOf(state, row).state !== "open").length;
  return (
    <section className="card" aria-labelledby="give-title">
      <div className="card-head">
        <h2 id="give-title">{t("Injections")}</h2>
        <div className="row">
          <Guidance
            label={t("Guidance of all")}
            value={used.size === 1 ? [...used][0]! : ""}
            onChange={guide}
          />
          <span className="soft small figures">
            {t("{done} of {all} marked", { done, all: draft.rows.length })}
          </span>
          <button
            type="button"
            className="btn btn--small"
            onClick={all}
            disabled={done === draft.rows.length}
          >
            {t("All given as planned")}
          </button>
        </div>
      </div>
      <ul>
        {draft.rows.map((row) => (
          <Item
            key={row.key}
            row={row}
            given={givenOf(state, row)}
            product={draft.product}
            onEdit={(change) => edit(row, change)}
            onLight={onLight}
          />
        ))}
      </ul>
    </section>
  );
}

interface ItemProps {
  row: DoseRow;
  given: GivenRow;
  product: string;
  onEdit: (change: Partial<GivenRow>) => void;
  onLight: (key: string | null) => void;
}

function Item({ row, given, product, onEdit, onLight }: ItemProps) {
  const name = `${coded(row.muscle)}, ${sideWord(row.side)}`;
  const target = `${row.muscle} ${row.side}`;
  const choose = (state: GivenRow["state"]) =>
    onEdit(
      state === "given"
        ? { state, units: row.units, sites: row.sites, places: undefined, reason: "" }
        : { state, ...(state === "changed" ? { units: given.units ?? row.units } : {}) },
    );
  const states: [GivenRow["state"], string][] = [
    ["given", "Given as planned"],
    ["changed", "Changed"],
    ["skipped", "Skipped"],
  ];
  return (
    <li>
      <div
        className={`give give--${given.state}`}
        onPointerEnter={() => onLight(target)}
        onPointerLeave={() => onLight(null)}
        onFocus={() => onLight(target)}
        onBlur={() => onLight(null)}
      >
        <div className="give-what">
          <strong>{coded(row.muscle)}</strong>
          <span className="give-side">{sideWord(row.side)}</span>
          <span className="figures">
            {units(row.units ?? "0")}
            <span className="soft"> · {sitesWord(row.sites)}</span>
          </span>
        </div>
        <div className="segments" role="group" aria-label={t("{muscle}: what was done", { muscle: name })}>
          {states.map(([state, label]) => (
            <button
              key={state}
              type="button"
              aria-pressed={given.state === state}
              onClick={() => choose(state)}
            >
              {given.state === state && <Icon name="verified" />} {t(label)}
            </button>
          ))}
        </div>
        {given.state === "changed" && (
          <div className="give-more">
            <NumberField
              label={t("Units given")}
              value={given.units}
              step={stepOf(product)}
              onChange={(value) => onEdit({ units: value })}
            />
            <NumberField
              label={t("Sites given")}
              value={given.sites}
              whole
              optional
              step="1"
              onChange={(value) => onEdit({ sites: value })}
            />
            <p className="hint">
              {given.units !== null && row.units !== null && given.units !== row.units
                ? `${t("planned")} ${number(row.units)} → ${t("given")} ${number(given.units)} ${t("units")}`
                : t("as planned")}
            </p>
          </div>
        )}
        {given.state === "skipped" && (
          <div className="give-more give-more--wide">
            <div className="field">
              <label htmlFor={`${row.key}-reason`}>{t("Reason")}</label>
              <input
                id={`${row.key}-reason`}
                className="input"
                list="skip-reasons"
                value={given.reason}
                onChange={(event) => onEdit({ reason: event.target.value })}
              />
              <datalist id="skip-reasons">
                {REASONS.map((reason) => (
                  <option key={reason} value={t(reason)}>
                    {t(reason)}
                  </option>
                ))}
              </datalist>
            </div>
          </div>
        )}
        {(given.state === "given" || given.state === "changed") && (
          <Guidance
            label={t("Guidance")}
            value={given.guidance}
            onChange={(guidance) => onEdit({ guidance })}
          />
        )}
      </div>
    </li>
  );
}

function Guidance({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (guidance: string) => void;
}) {
  return (
    <label className="give-guidance small">
      <span className="soft">{label}</span>
      <select
        className="select select--small"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        {GUIDANCE.map((guidance) => (
          <option key={guidance} value={guidance}>
            {guidance === "" ? t("not recorded") : guidance === "emg" ? "EMG" : t(words(guidance))}
          </option>
        ))}
      </select>
    </label>
  );
}
