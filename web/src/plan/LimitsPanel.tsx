/** Every limit that applies: how much is used, how much is left, and whether the number was verified. */
import type { CheckReport, Limit } from "../api/queries";
import type { SourceRef } from "../api/types";
import { decimal as figure, number, unitWord } from "../numbers/format";
import { coded, subjectWord } from "../words/names";
import { grouped } from "./limits";
import { t } from "../words/words";
import { Verified } from "./findings";
import { translated } from "./sentences";

function exactOrNull(value: string | null | undefined): string | null {
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? value : null;
}

function sourceWord(source: unknown): string | null {
  const all = (Array.isArray(source) ? source : [source]) as (SourceRef | string | null | undefined)[];
  const keys = all.map((one) => (typeof one === "string" ? one : one?.key)).filter(Boolean);
  return keys.length ? keys.join("; ") : null;
}

export function LimitsPanel({ report }: { report: CheckReport | null }) {
  if (!report) return <p className="soft">{t("Limits appear with the first dose.")}</p>;
  if (report.limits.length === 0)
    return <p className="soft">{t("No verified limit applies to this plan.")}</p>;
  return (
    <ul className="limits">
      {grouped(report.limits).map(({ limit, others }, index) => (
        <LimitRow key={`${limit.scope}-${index}`} limit={limit} others={others} />
      ))}
    </ul>
  );
}

function LimitRow({ limit, others }: { limit: Limit; others: number }) {
  const top = exactOrNull(limit.limit);
  const used = exactOrNull(limit.actual);
  const left = exactOrNull(limit.headroom);
  const over = left !== null && left.startsWith("-");
  const unit = unitWord(limit.unit);
  const share =
    top !== null && used !== null && Number(top) > 0
      ? Math.max(0, Math.min(1, Number(used) / Number(top)))
      : null;
  const source = sourceWord(limit.source);
  const subject = subjectWord(limit.subject);
  return (
    <li className={over ? "limit limit--over" : "limit"}>
      <div className="row row--between">
        <span className="limit-name">{limit.label ?? coded(limit.scope)}</span>
        <Verified ok={limit.verified} />
      </div>
      {share !== null && (
        <svg className="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect className="meter-ground" width={100} height={8} rx={3} />
          <rect
            className={over ? "meter-fill meter-fill--over" : "meter-fill"}
            width={share * 100}
            height={8}
            rx={3}
          />
        </svg>
      )}
      <div className="figures">
        {used === null ? t("unknown") : figure(used)} {limit.least ? t("of at least") : t("of")}{" "}
        {top === null ? t("no verified limit") : `${number(top)} ${unit}`}
        {left !== null && (
          <strong>
            {" · "}
            {limit.least
              ? over
                ? t("{n} too few", { n: figure(left.slice(1)) })
                : t("reached")
              : over
                ? t("{n} over", { n: figure(left.slice(1)) })
                : t("{n} left", { n: figure(left) })}
          </strong>
        )}
      </div>
      <span className="hint">
        {[
          subject &&
            (others > 0 ? t("{muscle} is nearest, {n} more", { muscle: subject, n: others }) : subject),
          limit.nature && coded(limit.nature),
          limit.blocks === undefined ? null : limit.blocks ? t("stops the plan") : t("advice"),
          limit.words && (translated(limit.words) ?? limit.words),
          source,
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </li>
  );
}
