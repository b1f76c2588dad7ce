/** Entries that stand in the record, so that one of them can be put right where it is seen: over, or cancelled. */
import { useQuery } from "@tanstack/react-query";
import { get } from "../api/client";
import { useMe } from "../api/queries";
import { useAct } from "../shared/useAct";
import type { Body, HistoryRow } from "./history";

export interface Standing {
  entry: string;
  body: Body;
}

/** What stands of one kind, each with what it says now. */
export function standingOf(rows: readonly HistoryRow[], kind: string): Standing[] {
  return rows.flatMap((row) => {
    const body = row.versions.filter((version) => version.kind === kind).at(-1)?.body;
    return row.kind === kind && row.standing !== null && body ? [{ entry: row.standing, body }] : [];
  });
}

/** The entries of `kind` in this chart, asked for only where `wanted`; and how to put one right. */
export function useStanding(id: string, kind: string, entries: string, wanted: boolean) {
  const me = useMe();
  const may = me.data?.role === "injector" || me.data?.role === "nurse";
  const history = useQuery({
    queryKey: ["patient", id, "history"],
    queryFn: () => get<{ rows: HistoryRow[] }>(`/api/patients/${encodeURIComponent(id)}/history`),
    enabled: wanted && may,
  });
  const { busy, error, run } = useAct();
  const correct = ({ entry, body }: Standing, change: Body, reason: string) =>
    run(
      `/api/patients/${encodeURIComponent(id)}/entries/${encodeURIComponent(entry)}`,
      { reason, kind: entries, body: { ...body, ...change } },
      ["patient", id],
    );
  return { may, rows: standingOf(history.data?.rows ?? [], kind), busy, error, correct };
}
