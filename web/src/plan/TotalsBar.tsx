/** Totals pinned at the bottom: units with their product, volume, vials, what is left over, and the verdict. */
import { compare, subtract, sum } from "../numbers/decimal";
import { change, millilitres, units } from "../numbers/format";
import { Icon } from "../shared/Icon";
import { t } from "../words/words";
import { totalUnits, volumeOf, type Draft } from "./draft";
import type { Checked } from "./useCheck";

interface Props {
  draft: Draft;
  check: Checked;
  complete: boolean;
  message: string | null;
  onGo: () => void;
  summary: string;
}

const VERDICT = {
  clear: { icon: "good", word: "Inside every checked limit", tone: "verdict verdict--clear" },
  warned: { icon: "check", word: "Check the marked points", tone: "verdict verdict--warned" },
  blocked: { icon: "stop", word: "Stop: a limit is exceeded", tone: "verdict verdict--blocked" },
} as const;

export function TotalsBar({ draft, check, complete, message, onGo, summary }: Props) {
  const all = totalUnits(draft);
  const last = draft.lastSession?.product === draft.product ? (draft.lastSession.units ?? null) : null;
  const shift = last ? change(last, all) : null;
  const volume = volumeOf(all, draft.vials);
  const content = sum(draft.vials.map((vial) => vial.units ?? "0"));
  const left = draft.vials.length ? subtract(content, all) : null;
  const short = left !== null && compare(left, "0") < 0;
  const verdict = check.report ? VERDICT[check.report.verdict] : null;
  return (
    <section className="totals" aria-label={t("Totals of the plan")} title={summary}>
      <div className="totals-in">
        <dl>
          <div>
            <dt>{t("Total")}</dt>
            <dd>
              <strong data-testid="total">{units(all)}</strong> <span className="small">{draft.product}</span>
              {shift && <span className="hint"> {t("{shift} to last time", { shift })}</span>}
            </dd>
          </div>
          <div>
            <dt>{t("Volume")}</dt>
            <dd>{volume === null ? t("unknown") : millilitres(volume)}</dd>
          </div>
          <div>
            <dt>{t("Vials")}</dt>
            <dd>{draft.vials.length === 0 ? t("not chosen") : draft.vials.length}</dd>
          </div>
          <div>
            <dt>{short ? t("Missing") : t("Left over")}</dt>
            <dd className={short ? "wrong" : undefined}>
              {left === null ? t("unknown") : units(short ? left.slice(1) : left)}
            </dd>
          </div>
        </dl>
        <div className="totals-end">
          <div
            role="status"
            className={verdict && check.current ? verdict.tone : "verdict"}
            data-testid="verdict"
          >
            {check.error ? (
              <>
                <Icon name="stop" />
                {t("Not checked: {reason}", { reason: check.error })}
              </>
            ) : !verdict ? (
              t("Nothing to check yet")
            ) : !check.current ? (
              t("Checking")
            ) : (
              <>
                <Icon name={verdict.icon} />
                {t(verdict.word)}
              </>
            )}
          </div>
          <button
            type="button"
            className="btn btn--main"
            disabled={!complete || !check.current || check.error !== null}
            onClick={onGo}
          >
            {t("Go to the session")}
            <Icon name="right" />
          </button>
        </div>
        {!complete && (
          <p className="hint totals-note">{t("Every muscle needs a dose before the session.")}</p>
        )}
        {message && (
          <p className="hint totals-note" role="status">
            {message}
          </p>
        )}
      </div>
    </section>
  );
}
