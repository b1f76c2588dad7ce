/** Beside a limit that takes two: who agreed, or how a colleague can agree under an account of their own. */
import type { Approval } from "../api/queries";
import type { Plan } from "../api/types";
import { clock } from "../numbers/dates";
import { ActError } from "../shared/ActError";
import { Icon } from "../shared/Icon";
import { useAct } from "../shared/useAct";
import { t } from "../words/words";

export function Agreed({ approval }: { approval: Approval }) {
  return (
    <div className="note-box note-box--good" role="status">
      <Icon name="good" />
      <p>
        {t("{name} agreed at {time}: {reason}", {
          name: approval.by,
          time: clock(approval.at),
          reason: approval.reason,
        })}
      </p>
    </div>
  );
}

interface Props {
  id: string;
  /** What would be given, as it stands now: the colleague sees this and nothing else. */
  plan: Plan;
  asked: boolean;
  onAsked: () => void;
}

export function AskSecond({ id, plan, asked, onAsked }: Props) {
  const act = useAct();
  const ask = async () => {
    if (await act.run(`/api/patients/${encodeURIComponent(id)}/drafts`, { plan })) onAsked();
  };
  return (
    <div className="stack stack--tight">
      <div className="note-box note-box--check" role="status">
        <Icon name="person" />
        <div className="stack stack--tight">
          <p>{t("A second person must agree, under an account of their own.")}</p>
          {asked && (
            <p>
              {t("On another device a colleague opens this patient, then Session, then Approve; or goes to")}{" "}
              <code className="hash">{`${location.host}/patients/${id}/approve`}</code>.{" "}
              {t("This page notices by itself.")}
            </p>
          )}
          <div>
            <button type="button" className="btn btn--small" disabled={act.busy} onClick={() => void ask()}>
              {asked ? t("Show the colleague the plan as it is now") : t("Ask a colleague")}
            </button>
          </div>
        </div>
      </div>
      <ActError error={act.error} />
    </div>
  );
}
