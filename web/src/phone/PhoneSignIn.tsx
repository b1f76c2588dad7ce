import { useEffect, useState, type FormEvent } from "react";
import { get } from "../api/client";
import type { Health } from "../api/types";
import { Icon } from "../shared/Icon";
import { ClinicHere } from "../shared/ClinicHere";
import { LanguageChoice } from "../shared/LanguageChoice";
import { remember, signIn } from "../shared/signIn";
import { t } from "../words/words";

export function PhoneSignIn({ onIn }: { onIn: () => void }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [accounts, setAccounts] = useState<NonNullable<Health["demo_accounts"]>>([]);
  useEffect(() => {
    get<Health>("/api/health")
      .then((health) =>
        setAccounts((health.demo_accounts ?? []).filter((account) => account.role === "patient")),
      )
      .catch(() => setError(t("No connection. You can sign in when there is one.")));
  }, []);
  const enter = async (who: string, secret: string) => {
    setError(null);
    try {
      remember(await signIn(who, secret));
      onIn();
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(name, password);
  };
  return (
    <main className="phone" id="main">
      <div className="row">
        <img src="/icon.svg" alt="" width={40} height={40} />
        <h1>{t("My diary")}</h1>
      </div>
      <ClinicHere />
      <form className="card stack" onSubmit={submit} aria-label={t("Sign in")}>
        <div className="field">
          <label htmlFor="name">{t("Name")}</label>
          <input
            id="name"
            className="input"
            autoComplete="username"
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="password">{t("Password")}</label>
          <input
            id="password"
            className="input"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </div>
        {error && (
          <p className="note-box note-box--check" role="alert">
            <Icon name="check" />
            <span>{error}</span>
          </p>
        )}
        <button type="submit" className="btn btn--main btn--big">
          {t("Sign in")}
        </button>
        {accounts.map((account) => (
          <button
            key={account.name}
            type="button"
            className="btn btn--big"
            onClick={() => void enter(account.name, account.password)}
          >
            {t("Try it as {name} (invented)", { name: account.name })}
          </button>
        ))}
      </form>
      <footer>
        <LanguageChoice />
      </footer>
    </main>
  );
}
