/** Read-only links for somebody who has no account here: to whom, what, how long; taken back with one press. */
import { useState } from "react";
import { get } from "../api/client";
import { newKey, post } from "../api/client";
import { shown } from "../numbers/dates";
import { t } from "../words/words";

interface Share {
  share_id: string;
  for_whom: string;
  scope: "treatment" | "chart";
  expires_at: string;
  state: "open" | "revoked" | "over";
}

/** `base` is the address of the shares: those of one chart, or one's own. */
export function Shares({ base, big = false }: { base: string; big?: boolean }) {
  const [rows, setRows] = useState<Share[] | null>(null);
  const [whom, setWhom] = useState("");
  const [scope, setScope] = useState<Share["scope"]>("treatment");
  const [link, setLink] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
      setRows((await get<{ rows: Share[] }>(base)).rows);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    } finally {
      setBusy(false);
    }
  };
  const grant = () =>
    attempt(async () => {
      const body = { for_whom: whom.trim(), scope, days: 14 };
      const made = await post<{ secret: string | null }>(base, body, { key: newKey() });
      setLink(made.secret ? `${location.origin}/shared#${made.secret}` : null);
      setWhom("");
    });
  const revoke = (id: string) =>
    attempt(async () => {
      await post(`${base}/${encodeURIComponent(id)}/revoke`, {}, { key: newKey() });
      setLink(null);
    });
  const size = big ? "btn btn--big" : "btn btn--small";
  return (
    <details
      className="shares"
      onToggle={(event) => event.currentTarget.open && !rows && void attempt(async () => {})}
    >
      <summary className={size}>{t("Share with another doctor")}</summary>
      <div className="stack stack--tight">
        <p className="small">{t("A link to read, for 14 days. You can take it back at any time.")}</p>
        <div className="field">
          <label htmlFor="share-whom">{t("For whom")}</label>
          <input
            id="share-whom"
            className="input"
            autoComplete="off"
            maxLength={200}
            value={whom}
            onChange={(event) => setWhom(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="share-scope">{t("What it shows")}</label>
          <select
            id="share-scope"
            className="select"
            value={scope}
            onChange={(event) => setScope(event.target.value as Share["scope"])}
          >
            <option value="treatment">{t("What was injected, and risks")}</option>
            <option value="chart">{t("The whole record, with the diary")}</option>
          </select>
        </div>
        <div>
          <button
            type="button"
            className={big ? "btn btn--big" : "btn"}
            disabled={busy || whom.trim().length < 2}
            onClick={() => void grant()}
          >
            {t("Make the link")}
          </button>
        </div>
        {link && (
          <div className="field" role="status">
            <label htmlFor="share-link">{t("The link; it is shown only now")}</label>
            <input
              id="share-link"
              className="input"
              readOnly
              value={link}
              onFocus={(event) => event.target.select()}
            />
          </div>
        )}
        {error && (
          <p className="wrong" role="alert">
            {error}
          </p>
        )}
        <ul className="words-list">
          {rows?.map((row) => (
            <li key={row.share_id} className="row row--between">
              <span>
                {row.for_whom}
                <span className="soft small">
                  {" "}
                  {row.state === "open"
                    ? t("until {date}", { date: shown(row.expires_at) })
                    : row.state === "revoked"
                      ? t("taken back")
                      : t("over")}
                </span>
              </span>
              {row.state === "open" && (
                <button
                  type="button"
                  className="btn btn--small"
                  disabled={busy}
                  onClick={() => void revoke(row.share_id)}
                >
                  {t("Take back")}
                </button>
              )}
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}
