/** The second person's page: what a colleague is about to go over for this patient, and the agreement to each, with a reason. */
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../api/client";
import {
  useApprovals,
  useDrafts,
  useMe,
  usePolicy,
  type Approval,
  type CheckReport,
  type KeptDraft,
} from "../api/queries";
import type { Finding } from "../api/types";
import { clock, shown } from "../numbers/dates";
import { sum } from "../numbers/decimal";
import { units } from "../numbers/format";
import { FindingBox } from "../plan/findings";
import { Agreed } from "../session/SecondPerson";
import { ActError } from "../shared/ActError";
import { Empty, Failed, Loading } from "../shared/states";
import { useAct } from "../shared/useAct";
import { coded, muscleWord } from "../words/names";
import { t } from "../words/words";

export function ApprovePage({ id }: { id: string }) {
  const me = useMe();
  const policy = usePolicy();
  const drafts = useDrafts(id, true, 10_000);
  const approvals = useApprovals(id, true);
  const rows = drafts.data?.rows ?? [];
  const checks = useQueries({
    queries: rows.map((row) => ({
      queryKey: ["check", row.draft_id, row.at],
      queryFn: () => post<CheckReport>("/api/check", row.plan),
    })),
  });
  const may = me.data?.role === "injector" || me.data?.role === "pharmacist";
  return (
    <main className="page page--narrow" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Approve as the second person")}</h1>
          <p className="soft">
            {t("An approval is used once, within {n} hours, and stands in the record under your name.", {
              n: policy.data?.approval_hours ?? 12,
            })}
          </p>
        </div>
      </div>
      {drafts.isPending && <Loading what={t("the drafts")} tall={160} />}
      {drafts.isError && <Failed error={drafts.error} again={() => void drafts.refetch()} />}
      {drafts.data && rows.length === 0 && <Empty>{t("Nobody has a plan open for this patient.")}</Empty>}
      {rows.map((row, index) => (
        <Open
          key={row.draft_id}
          id={id}
          draft={row}
          findings={(checks[index]?.data?.findings ?? []).filter((finding) => finding.severity === "error")}
          pending={checks[index]?.isPending ?? true}
          approvals={approvals.data?.rows ?? []}
          me={me.data?.name ?? null}
          may={may}
          least={policy.data?.shortest_override_reason ?? 10}
        />
      ))}
    </main>
  );
}

interface OpenProps {
  id: string;
  draft: KeptDraft;
  findings: readonly Finding[];
  pending: boolean;
  approvals: readonly Approval[];
  me: string | null;
  may: boolean;
  least: number;
}

function Open({ id, draft, findings, pending, approvals, me, may, least }: OpenProps) {
  const { plan } = draft;
  return (
    <section className="card stack" aria-labelledby={`draft-${draft.draft_id}`}>
      <div>
        <h2 id={`draft-${draft.draft_id}`}>
          {units(sum(plan.injections.map((one) => one.units)))} {plan.product}
        </h2>
        <p className="soft small">
          {coded(plan.indication)} ·{" "}
          {t("draft of {name}, {date} {time}", {
            name: draft.by,
            date: shown(draft.at),
            time: clock(draft.at),
          })}
        </p>
      </div>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("Muscle")}</th>
            <th scope="col" className="num">
              {t("Dose")}
            </th>
            <th scope="col" className="num">
              {t("Sites")}
            </th>
          </tr>
        </thead>
        <tbody>
          {plan.injections.map((one, index) => (
            <tr key={`${one.muscle}-${one.side}-${index}`}>
              <td>{muscleWord(one.muscle, one.side)}</td>
              <td className="num nowrap">{units(one.units)}</td>
              <td className="num">{one.sites ?? t("unknown")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!pending && findings.length === 0 && <Empty>{t("No limit is exceeded; nothing to approve.")}</Empty>}
      {findings.map((finding) => (
        <Agree
          key={`${finding.rule} ${finding.subject}`}
          id={id}
          finding={finding}
          done={approvals.find((a) => a.rule === finding.rule && a.subject === finding.subject) ?? null}
          own={draft.by === me}
          may={may}
          least={least}
        />
      ))}
    </section>
  );
}

interface AgreeProps {
  id: string;
  finding: Finding;
  done: Approval | null;
  own: boolean;
  may: boolean;
  least: number;
}

function Agree({ id, finding, done, own, may, least }: AgreeProps) {
  const [reason, setReason] = useState("");
  const act = useAct();
  const field = `agree-${finding.rule}-${finding.subject}`;
  const send = () =>
    act.run(
      `/api/patients/${encodeURIComponent(id)}/approvals`,
      { rule: finding.rule, subject: finding.subject, reason: reason.trim() },
      ["approvals", id],
    );
  return (
    <div className="stack stack--tight">
      <FindingBox finding={finding} />
      {done ? (
        <Agreed approval={done} />
      ) : own ? (
        <p className="soft">{t("Your own plan: a colleague has to agree.")}</p>
      ) : !may ? (
        <p className="soft">{t("Only an injector or a pharmacist can agree.")}</p>
      ) : (
        <div className="form-line form-line--end">
          <div className="field">
            <label htmlFor={field}>{t("Why you agree, at least {n} letters", { n: least })}</label>
            <input
              id={field}
              className="input"
              autoComplete="off"
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </div>
          <button
            type="button"
            className="btn btn--main"
            disabled={act.busy || reason.trim().length < least}
            onClick={() => void send()}
          >
            {t("Approve")}
          </button>
        </div>
      )}
      <ActError error={act.error} />
    </div>
  );
}
