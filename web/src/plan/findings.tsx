/** Findings in three levels, told apart by word and shape; each says rule, figure, source and what would clear it. */
import type { Finding, SourceRef } from "../api/types";
import { readable } from "../numbers/dates";
import { Icon, type IconName } from "../shared/Icon";
import { decimal, unitWord } from "../numbers/format";
import { coded, subjectWord } from "../words/names";
import { language, t } from "../words/words";
import type { DoseRow } from "./draft";
import { ruleWord } from "./rules";

export const LEVEL: Record<Finding["severity"], { icon: IconName; word: string; tone: string }> = {
  error: { icon: "stop", word: "Stop", tone: "note-box--stop" },
  warning: { icon: "check", word: "Check", tone: "note-box--check" },
  info: { icon: "note", word: "Note", tone: "" },
};

const ORDER = { error: 0, warning: 1, info: 2 };
export const byWeight = (a: Finding, b: Finding) => ORDER[a.severity] - ORDER[b.severity];

/** Whether a finding speaks of this row: its subject names the muscle, and the side if it names one. */
export function isAbout(finding: Finding, row: Pick<DoseRow, "muscle" | "side">): boolean {
  const [muscle, side] = finding.subject.split(/[\s,:]+/);
  if (muscle !== row.muscle) return false;
  return !side || !/^(left|right|both|midline)$/.test(side) || side === row.side || row.side === "both";
}

/** Sources with their grade; one that the message has named already is not named twice. */
export function SourceLine({
  sources,
  told = "",
}: {
  sources: readonly SourceRef[];
  told?: string | undefined;
}) {
  if (sources.length === 0) return null;
  if (sources.every((source) => told.includes(source.key)))
    return <Seen ok={sources.every((source) => source.checked)} />;
  return (
    <span className="hint">
      {t("Source")}:{" "}
      {sources.map((source, index) => (
        <span key={source.key}>
          {index > 0 && "; "}
          {source.key} ({coded(source.grade)}) <Seen ok={source.checked} />
        </span>
      ))}
    </span>
  );
}

/** Word and shape: a tick for a limit that may stop a plan, a diamond with a question mark for one that may not. */
export function Verified({ ok }: { ok: boolean }) {
  return (
    <span className={ok ? "verified" : "verified verified--not"}>
      <Icon name={ok ? "verified" : "unverified"} />
      {ok ? t("verified") : t("not verified")}
    </span>
  );
}

/** Whether the number itself was read in its source; that alone does not make it a verified limit. */
export function Seen({ ok }: { ok: boolean }) {
  return (
    <span className={ok ? "verified" : "verified verified--not"}>
      <Icon name={ok ? "verified" : "unverified"} />
      {ok ? t("number seen in the source") : t("number not seen in the source")}
    </span>
  );
}

/**
 * What a rule has to say. The engine's sentence is English; a reader of another language is told first what it is
 * about and by how much, and has the sentence below, since it alone names the source and the exact condition.
 */
export function FindingWords({ finding }: { finding: Pick<Finding, "rule" | "message"> & Partial<Finding> }) {
  if (language() === "en") return <>{readable(finding.message)}</>;
  const { actual, limit } = finding;
  const unit = unitWord(finding.unit);
  return (
    <>
      {[ruleWord(finding.rule), subjectWord(finding.subject)].filter(Boolean).join(": ")}
      {actual && limit && (
        <>
          {" · "}
          <span className="figures">
            {t("{actual} {unit}, limit {limit} {unit}", {
              actual: decimal(actual),
              limit: decimal(limit),
              unit,
            })}
          </span>
        </>
      )}
      <span lang="en" className="hint finding-english">
        {readable(finding.message)}
      </span>
    </>
  );
}

export function FindingBox({ finding }: { finding: Finding }) {
  const level = LEVEL[finding.severity];
  return (
    <div className={`note-box ${level.tone}`} data-rule={finding.rule} data-severity={finding.severity}>
      <Icon name={level.icon} />
      <div>
        <p>
          <strong>{t(level.word)}.</strong> <FindingWords finding={finding} />
        </p>
        {finding.clears_if && (
          <p className="hint">
            {t("Clears if")}: <span lang="en">{readable(finding.clears_if)}</span>
          </p>
        )}
        <SourceLine sources={finding.sources} told={finding.message} />
      </div>
    </div>
  );
}

export function FindingList({ findings }: { findings: readonly Finding[] }) {
  return (
    <ul className="stack stack--tight">
      {[...findings].sort(byWeight).map((finding, index) => (
        <li key={`${finding.rule}-${finding.subject}-${index}`}>
          <FindingBox finding={finding} />
        </li>
      ))}
    </ul>
  );
}
