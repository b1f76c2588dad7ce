/** What belongs to this person and this device: password, language, theme; and what this program is. */
import { useState, type FormEvent } from "react";
import { post } from "../api/client";
import { useHealth, useMe } from "../api/queries";
import { LanguageChoice } from "../shared/LanguageChoice";
import { ThemeSwitch } from "../shared/theme";
import { useTitle } from "../shared/useTitle";
import { words } from "../words/names";
import { PolicyForm } from "./PolicyForm";
import { CodesForm, PasskeysForm } from "./SecondFactor";
import { t } from "../words/words";

export function SettingsPage() {
  useTitle("Settings");
  const me = useMe();
  const health = useHealth();
  return (
    <main className="page page--narrow" id="main">
      <div className="page-head">
        <h1>{t("Settings")}</h1>
      </div>
      <section className="card" aria-labelledby="device-title">
        <h2 id="device-title">{t("This device")}</h2>
        <dl className="pairs">
          <dt>{t("Language")}</dt>
          <dd>
            <LanguageChoice />
          </dd>
          <dt>{t("Light or dark")}</dt>
          <dd>
            <ThemeSwitch />
          </dd>
        </dl>
      </section>
      <PasswordForm />
      <CodesForm />
      <PasskeysForm />
      <PolicyForm />
      <section className="card" aria-labelledby="about-title">
        <h2 id="about-title">{t("About")}</h2>
        <dl className="pairs">
          <dt>{t("Signed in")}</dt>
          <dd>{me.data ? `${me.data.name}, ${t(words(me.data.role))}` : t("unknown")}</dd>
          <dt>{t("Version")}</dt>
          <dd>{health.data?.version ?? t("unknown")}</dd>
        </dl>
        <p className="hint">
          {t("Decision support for licensed clinicians. Not a medical device; not validated in patients.")}
        </p>
      </section>
    </main>
  );
}

function PasswordForm() {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    try {
      await post("/api/me/password", { old, new: next });
      // All sign-ins of this account end with the old password.
      window.dispatchEvent(new Event("reprieve:signed-out"));
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    }
  };
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)} aria-labelledby="password-title">
      <h2 id="password-title">{t("Change the password")}</h2>
      <div className="form-line">
        <div className="field">
          <label htmlFor="old-password">{t("Password now")}</label>
          <input
            id="old-password"
            className="input"
            type="password"
            required
            autoComplete="current-password"
            value={old}
            onChange={(event) => setOld(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="next-password">{t("New password")}</label>
          <input
            id="next-password"
            className="input"
            type="password"
            required
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        </div>
      </div>
      <div className="row">
        <button type="submit" className="btn">
          {t("Change and sign in again")}
        </button>
        {error && (
          <span className="wrong" role="alert">
            {error}
          </span>
        )}
      </div>
    </form>
  );
}
