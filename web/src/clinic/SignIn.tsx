import { useEffect, useRef, useState, type FormEvent } from "react";
import { ApiError, post } from "../api/client";
import { useHealth } from "../api/queries";
import type { Role } from "../api/types";
import { Icon } from "../shared/Icon";
import { ClinicHere } from "../shared/ClinicHere";
import { LanguageChoice } from "../shared/LanguageChoice";
import { askPasskey, hasPasskeys } from "../shared/passkey";
import { signIn } from "../shared/signIn";
import { ThemeSwitch } from "../shared/theme";
import { words } from "../words/names";
import { t } from "../words/words";
import { useTitle } from "../shared/useTitle";

interface Props {
  onIn: (me: Role) => void;
  /** Who was signed in until the sign-in ended; the page of before waits behind this one. */
  endedFor?: string;
}

export function SignIn({ onIn, endedFor }: Props) {
  useTitle("Sign in");
  const health = useHealth();
  const [name, setName] = useState(endedFor ?? "");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  // What has to be typed next: the name, or, where that is known, the password.
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);

  const enter = async (who: string, secret: string) => {
    setBusy(true);
    setError(null);
    try {
      onIn(await signIn(who, secret, code));
    } catch (reason) {
      const asksCode = reason instanceof ApiError && reason.code === "second_factor";
      if (asksCode && code === null) setCode("");
      else setError(reason instanceof Error ? reason.message : String(reason));
      setBusy(false);
      if (!asksCode) field.current?.focus();
    }
  };
  const byPasskey = async () => {
    setBusy(true);
    setError(null);
    try {
      const begun = await post<{ challenge: string; options: unknown }>("/api/sign-in/passkey/options");
      const credential = await askPasskey(begun.options);
      onIn(await post<Role>("/api/sign-in/passkey", { challenge: begun.challenge, credential }));
    } catch (reason) {
      setError(reason instanceof ApiError ? reason.message : t("No passkey was used."));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(name, password);
  };
  const accounts = health.data?.demo ? (health.data.demo_accounts ?? []) : [];

  return (
    <main className="sign-in" id="main">
      <div className="sign-in-box stack">
        <header className="row row--between">
          <div className="row">
            <img src="/icon.svg" alt="" width={36} height={36} />
            <h1>Reprieve</h1>
          </div>
          <ThemeSwitch />
        </header>
        {endedFor ? (
          <p>
            {t("The sign-in of {name} has ended. What was typed waits behind this page.", { name: endedFor })}
          </p>
        ) : (
          <p className="soft">{t("Planning and follow-up of botulinum toxin treatment in dystonia.")}</p>
        )}
        <ClinicHere />
        <form className="stack" onSubmit={submit} aria-label={t("Sign in")}>
          <div className="field">
            <label htmlFor="name">{t("Name")}</label>
            <input
              id="name"
              ref={endedFor ? undefined : field}
              className="input"
              autoComplete="username"
              required
              value={name}
              onChange={(event) => setName(event.target.value)}
              aria-describedby={error ? "sign-in-error" : undefined}
            />
          </div>
          <div className="field">
            <label htmlFor="password">{t("Password")}</label>
            <input
              id="password"
              ref={endedFor ? field : undefined}
              className="input"
              type="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </div>
          {code !== null && (
            <div className="field">
              <label htmlFor="code">{t("Code of the authenticator")}</label>
              <input
                id="code"
                className="input"
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={8}
                required
                ref={(node) => {
                  if (node && !node.value) node.focus();
                }}
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            </div>
          )}
          {error && (
            <div className="note-box note-box--check" role="alert" id="sign-in-error">
              <Icon name="check" />
              <p>{error}</p>
            </div>
          )}
          <button type="submit" className="btn btn--main" disabled={busy}>
            {t("Sign in")}
          </button>
          {hasPasskeys() && (
            <button type="button" className="btn" disabled={busy} onClick={() => void byPasskey()}>
              {t("Use a passkey")}
            </button>
          )}
        </form>
        {health.data?.identity_provider && (
          <a className="btn" href={health.data.identity_provider.address}>
            <Icon name="person" />
            {t("Sign in by {provider}", { provider: health.data.identity_provider.label })}
          </a>
        )}
        {accounts.length > 0 && (
          <section className="demo-accounts stack stack--tight" aria-labelledby="demo-title">
            <h2 id="demo-title">{t("Demonstration clinic")}</h2>
            <p className="small soft">
              {t(
                "Every patient here is invented. One press signs you in; everything works as in a real clinic.",
              )}
            </p>
            <ul className="stack stack--tight">
              {accounts.map((account) => (
                <li key={account.name}>
                  <button
                    type="button"
                    className="btn demo-account"
                    disabled={busy}
                    onClick={() => void enter(account.name, account.password)}
                  >
                    <Icon name={account.role === "patient" ? "phone" : "person"} />
                    <span className="demo-role">{t(words(account.role))}</span>
                    <span className="soft small">
                      {account.name} / {account.password}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
        <footer className="row row--between small soft">
          <span>
            {t("Decision support for licensed clinicians. Not a medical device; not validated in patients.")}
          </span>
          <LanguageChoice />
        </footer>
      </div>
    </main>
  );
}
