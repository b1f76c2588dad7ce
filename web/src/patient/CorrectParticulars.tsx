/** The particulars put right, whole, with the reason: weight, name, toxin elsewhere, whose label holds, death. */
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { get } from "../api/client";
import type { Chart, ChartPatient, Plan } from "../api/types";
import { today } from "../numbers/dates";
import { ActError } from "../shared/ActError";
import { isReason, ReasonField } from "../shared/ReasonField";
import { Failed, Loading } from "../shared/states";
import { useAct } from "../shared/useAct";
import { t } from "../words/words";
import type { HistoryRow } from "./history";
import { keepLabel, particularsOf, ParticularsFields, patientOf } from "./ParticularsFields";

interface Registration {
  patient: ChartPatient;
  jurisdiction: Plan["jurisdiction"];
  deceased: string | null;
}

/** Closed, it is one button; opened, it reads what stands, since the chart does not say everything of it. */
export function CorrectParticulars({ id, chart }: { id: string; chart: Chart }) {
  const [open, setOpen] = useState(false);
  if (!open)
    return (
      <button type="button" className="btn btn--small" onClick={() => setOpen(true)}>
        {t("Correct the particulars")}
      </button>
    );
  return <Read key={JSON.stringify(chart.patient)} id={id} onClose={() => setOpen(false)} />;
}

function Read({ id, onClose }: { id: string; onClose: () => void }) {
  const history = useQuery({
    queryKey: ["patient", id, "history"],
    queryFn: () => get<{ rows: HistoryRow[] }>(`/api/patients/${encodeURIComponent(id)}/history`),
  });
  if (history.isPending) return <Loading what={t("the particulars")} tall={200} />;
  if (history.isError) return <Failed error={history.error} again={() => void history.refetch()} />;
  const now = latest(history.data.rows);
  return now && <Form id={id} now={now} onClose={onClose} />;
}

/** The newest registration; the rows come newest first. */
function latest(rows: readonly HistoryRow[]): Registration | null {
  const row = rows.find((one) => one.kind === "patient_registered" || one.kind === "patient_amended");
  return (row?.versions.at(-1)?.body as Registration | null | undefined) ?? null;
}

function Form({ id, now, onClose }: { id: string; now: Registration; onClose: () => void }) {
  const [told, setTold] = useState(() => particularsOf(now.patient, now.jurisdiction));
  const [deceased, setDeceased] = useState(now.deceased ?? "");
  const [reason, setReason] = useState("");
  const act = useAct();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const registration = {
      patient: patientOf(told, now.patient),
      jurisdiction: told.jurisdiction || null,
      deceased: deceased || null,
    };
    const path = `/api/patients/${encodeURIComponent(id)}/particulars`;
    if (!(await act.run(path, { reason: reason.trim(), registration }, ["patient", id]))) return;
    keepLabel(told.jurisdiction);
    onClose();
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => void submit(event)}
      aria-label={t("Correct the particulars")}
    >
      <ParticularsFields value={told} onChange={setTold} />
      <div className="field">
        <label htmlFor="deceased">{t("Died on")}</label>
        <input
          id="deceased"
          type="date"
          className="input"
          max={today()}
          value={deceased}
          onChange={(event) => setDeceased(event.target.value)}
        />
      </div>
      <ReasonField label={t("Why (it stays in the record)")} value={reason} onChange={setReason} />
      <div className="row">
        <button
          type="submit"
          className="btn btn--main"
          disabled={act.busy || !told.family.trim() || !isReason(reason)}
        >
          {t("Save the particulars")}
        </button>
        <button type="button" className="btn btn--quiet" onClick={onClose}>
          {t("Close")}
        </button>
      </div>
      <ActError error={act.error} />
    </form>
  );
}
