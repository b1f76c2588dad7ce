/** Accounts: make one, close one, give a new password. Nothing is deleted: a name stays on what it signed. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { get, post } from "../api/client";
import { useMe } from "../api/queries";
import { Icon } from "../shared/Icon";
import { Failed, Loading } from "../shared/states";
import { useTitle } from "../shared/useTitle";
import { words } from "../words/names";
import { t } from "../words/words";
import { refresh } from "../shared/refresh";

interface Account {
  name: string;
  role: string;
  patient_id: string | null;
  disabled: boolean;
}

/** The server's own least. */
const SHORTEST_PASSWORD = 12;
const ROLES = ["injector", "nurse", "pharmacist", "researcher", "administrator", "patient"] as const;

export function UsersPage() {
  useTitle("Users");
  const client = useQueryClient();
  const accounts = useQuery({
    queryKey: ["accounts"],
    queryFn: () => get<{ rows: Account[] }>("/api/accounts"),
  });
  const again = () => refresh(client, ["accounts"]);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Users")}</h1>
          <p className="soft">
            {t("An account is closed, never deleted: its name stays on what it signed.")}
          </p>
        </div>
      </div>
      <NewAccount onMade={() => void again()} />
      {accounts.isPending && <Loading what={t("the accounts")} tall={200} />}
      {accounts.isError && <Failed error={accounts.error} again={() => void accounts.refetch()} />}
      {accounts.data && (
        <div className="card">
          <h2 id="accounts-title">{t("Accounts")}</h2>
          <div className="scroll-x" tabIndex={0} role="region" aria-label={t("Accounts")}>
            <table className="data-table">
              <thead>
                <tr>
                  <th scope="col">{t("Name")}</th>
                  <th scope="col">{t("Role")}</th>
                  <th scope="col">{t("Patient")}</th>
                  <th scope="col">{t("State")}</th>
                  <th scope="col">{t("Change")}</th>
                </tr>
              </thead>
              <tbody>
                {accounts.data.rows.map((account) => (
                  <AccountRow key={account.name} account={account} onChanged={() => void again()} />
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
    </main>
  );
}

function AccountRow({ account, onChanged }: { account: Account; onChanged: () => void }) {
  const me = useMe();
  const [error, setError] = useState<string | null>(null);
  const own = me.data?.name === account.name;
  const change = async () => {
    setError(null);
    try {
      await post(`/api/accounts/${encodeURIComponent(account.name)}`, { disabled: !account.disabled });
      onChanged();
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  return (
    <tr>
      <td>
        <strong>{account.name}</strong>
      </td>
      <td>{t(words(account.role))}</td>
      <td>{account.patient_id ?? "–"}</td>
      <td>{account.disabled ? t("closed") : t("open")}</td>
      <td>
        {own ? (
          <span className="soft small">{t("your own")}</span>
        ) : (
          <button
            type="button"
            className="btn btn--small"
            onClick={() => void change()}
            aria-label={
              account.disabled
                ? t("Open the account {name}", { name: account.name })
                : t("Close the account {name}", { name: account.name })
            }
          >
            {account.disabled ? t("Open again") : t("Close")}
          </button>
        )}
        {error && (
          <span className="wrong" role="alert">
            {error}
          </span>
        )}
      </td>
    </tr>
  );
}

function NewAccount({ onMade }: { onMade: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<string>("nurse");
  const [patient, setPatient] = useState("");
  const [password, setPassword] = useState("");
  const [told, setTold] = useState<{ ok: boolean; text: string } | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTold(null);
    try {
      await post("/api/accounts", {
        name: name.trim(),
        password,
        role,
        patient_id: role === "patient" ? patient.trim() : null,
      });
      setTold({ ok: true, text: t("The account {name} is open.", { name: name.trim() }) });
      setName("");
      setPassword("");
      onMade();
    } catch (error) {
      setTold({ ok: false, text: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)} aria-labelledby="new-title">
      <h2 id="new-title">{t("New account")}</h2>
      <div className="form-line form-line--top">
        <div className="field">
          <label htmlFor="new-name">{t("Name")}</label>
          <input
            id="new-name"
            className="input"
            required
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="new-role">{t("Role")}</label>
          <select
            id="new-role"
            className="select"
            value={role}
            onChange={(event) => setRole(event.target.value)}
          >
            {ROLES.map((one) => (
              <option key={one} value={one}>
                {t(words(one))}
              </option>
            ))}
          </select>
        </div>
        {role === "patient" && (
          <div className="field">
            <label htmlFor="new-patient">{t("Patient id")}</label>
            <input
              id="new-patient"
              className="input"
              required
              value={patient}
              aria-describedby="new-patient-hint"
              onChange={(event) => setPatient(event.target.value)}
            />
            <span id="new-patient-hint" className="hint">
              {t(
                "It stands in the chart, beside the name. Faster: the chart gives the account with one press.",
              )}
            </span>
          </div>
        )}
        <div className="field">
          <label htmlFor="new-password">{t("First password")}</label>
          <input
            id="new-password"
            className="input"
            type="password"
            required
            autoComplete="new-password"
            minLength={SHORTEST_PASSWORD}
            value={password}
            aria-describedby="new-password-hint"
            onChange={(event) => setPassword(event.target.value)}
          />
          <span id="new-password-hint" className="hint">
            {t("{n} characters or more", { n: SHORTEST_PASSWORD })}
          </span>
        </div>
      </div>
      <div className="row">
        <button type="submit" className="btn btn--main">
          <Icon name="person" />
          {t("Open the account")}
        </button>
        {told && (
          <span role={told.ok ? "status" : "alert"} className={told.ok ? "soft" : "wrong"}>
            {told.text}
          </span>
        )}
      </div>
    </form>
  );
}
