/** What moved the forecast: each of the latest entries with the days by which it shifts the fading. */
import { useState } from "react";
import { useMovedBy, type MovingEntry } from "../api/queries";
import { shown } from "../numbers/dates";
import { number } from "../numbers/format";
import { Loading } from "../shared/states";
import { words } from "../words/names";
import { t } from "../words/words";

const MOST = 6;
const SEEN_DAYS = 0.5;

function shift(days: number): string {
  const n = Math.round(Math.abs(days));
  if (n === 1) return days > 0 ? t("1 day later") : t("1 day earlier");
  return days > 0 ? t("{n} days later", { n }) : t("{n} days earlier", { n });
}

export function MovedBy({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const { data, isPending, error } = useMovedBy(id, open);
  const moving = data?.entries.filter((entry) => Math.abs(entry.moved_fading_days) >= SEEN_DAYS);
  return (
    <details className="fold" onToggle={(event) => setOpen(event.currentTarget.open)} data-testid="moved-by">
      <summary>
        <span className="fold-title">{t("What moved this forecast")}</span>
      </summary>
      {open && isPending && <Loading what={t("the forecast")} tall={90} />}
      {error && <p className="soft">{error.message}</p>}
      {data?.abstains && <p className="soft">{data.reason}</p>}
      {moving && moving.length > 0 && <Table entries={moving.slice(0, MOST)} />}
      {moving && moving.length === 0 && !data?.abstains && (
        <p className="soft">{t("No single entry of late moves it by a day.")}</p>
      )}
    </details>
  );
}

function Table({ entries }: { entries: MovingEntry[] }) {
  return (
    <>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("Day")}</th>
            <th scope="col">{t("Entry")}</th>
            <th scope="col">{t("Half of it gone")}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={`${entry.date}-${entry.scale}`}>
              <td>{shown(entry.date)}</td>
              <td>
                {words(entry.scale)} {number(String(entry.score))}
              </td>
              <td>{shift(entry.moved_fading_days)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="hint">
        {t(
          "Each entry is left out in turn: so many days it moves the middle of the forecast. Strongest first.",
        )}
      </p>
    </>
  );
}
