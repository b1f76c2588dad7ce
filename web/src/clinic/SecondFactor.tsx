/** Codes of an authenticator and passkeys: both are proved once before they count. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../api/client";
import { shown } from "../numbers/dates";
import { ActError } from "../shared/ActError";
import { hasPasskeys, makePasskey } from "../shared/passkey";
import { QrCode } from "../shared/QrCode";
import { useAct } from "../shared/useAct";
import { t } from "../words/words";

interface Begun {
  challenge: string;
  secret: string;
  address: string;
  drawing: string;
}

function PasswordField({
  id,
  value,
  onChange,
}: {
  id: string;
  value: string;
  onChange: (text: string) => void;
}) {
  return (
    <div className="field">
      <label htmlFor={id}>{t("Password now")}</label>
      <input
        id={id}
        className="input"
        type="password"
        autoComplete="current-password"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

export function CodesForm() {
  const [password, setPassword] = useState("");
  const [begun, setBegun] = useState<Begun | null>(null);
  const [code, setCode] = useState("");
  const [told, setTold] = useState("");
  const act = useAct();
  const begin = async () => {
    const answer = await act.run<Begun>("/api/me/codes", { password });
    if (answer) setBegun(answer);
  };
  const confirm = async () => {
    const done = await act.run("/api/me/codes/confirm", { challenge: begun!.challenge, code: code.trim() });
    if (!done) return;
    setBegun(null);
    setPassword("");
    setCode("");
    setTold(t("From now on a code is asked at every sign-in."));
  };
  const remove = async () => {
    const done = await act.run("/api/me/codes/remove", { password });
    if (done) setTold(t("No code is asked any more."));
  };
  return (
    <section className="card stack" aria-labelledby="codes-title">
      <h2 id="codes-title">{t("Codes at sign-in")}</h2>
      <p className="soft">
        {t("A second factor: a code of six digits from an authenticator on your phone.")}
      </p>
      {begun ? (
        <div className="codes-grid">
          <QrCode drawing={begun.drawing} label={t("Code to scan with the authenticator")} />
          <div className="stack stack--tight">
            <p>{t("Scan the drawing, or type this secret into the authenticator:")}</p>
            <code className="hash">{begun.secret}</code>
            <div className="field">
              <label htmlFor="first-code">{t("The first code it shows")}</label>
              <input
                id="first-code"
                className="input"
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={8}
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            </div>
            <div>
              <button
                type="button"
                className="btn btn--main"
                disabled={act.busy || code.trim().length < 6}
                onClick={() => void confirm()}
              >
                {t("Use the codes from now on")}
              </button>
            </div>
          </div>
        </div>
      ) : (
        <div className="form-line">
          <PasswordField id="codes-password" value={password} onChange={setPassword} />
          <button type="button" className="btn" disabled={act.busy || !password} onClick={() => void begin()}>
            {t("Set up codes")}
          </button>
          <button
            type="button"
            className="btn btn--quiet"
            disabled={act.busy || !password}
            onClick={() => void remove()}
          >
            {t("Ask for no code any more")}
          </button>
        </div>
      )}
      <ActError error={act.error} />
      <p role="status" className="soft">
        {told}
      </p>
    </section>
  );
}

interface PasskeyRow {
  id: string;
  label: string;
  site: string;
  created_at: string;
}

export function PasskeysForm() {
  const rows = useQuery({
    queryKey: ["passkeys"],
    queryFn: () => get<{ rows: PasskeyRow[] }>("/api/me/passkeys"),
    retry: false,
  });
  const [password, setPassword] = useState("");
  const [label, setLabel] = useState("");
  const [failed, setFailed] = useState<string | null>(null);
  const act = useAct();
  const make = async () => {
    setFailed(null);
    const begun = await act.run<{ challenge: string; options: unknown }>("/api/me/passkeys/options", {
      password,
    });
    if (!begun) return;
    let credential: unknown;
    try {
      credential = await makePasskey(begun.options);
    } catch {
      setFailed(t("The device made no passkey; nothing was changed."));
      return;
    }
    const body = { challenge: begun.challenge, credential, label: label.trim() };
    if (await act.run("/api/me/passkeys", body, ["passkeys"])) {
      setPassword("");
      setLabel("");
    }
  };
  return (
    <section className="card stack" aria-labelledby="passkeys-title">
      <h2 id="passkeys-title">{t("Passkeys")}</h2>
      <p className="soft">{t("Sign in by finger, face or PIN of this device, without name and password.")}</p>
      <ul className="stack stack--tight">
        {rows.data?.rows.map((row) => (
          <li key={row.id} className="row row--between">
            <span>
              {row.label || t("Passkey")} <span className="soft small">{shown(row.created_at)}</span>
            </span>
            <button
              type="button"
              className="btn btn--small"
              disabled={act.busy}
              onClick={() =>
                void act.run(`/api/me/passkeys/${encodeURIComponent(row.id)}/remove`, {}, ["passkeys"])
              }
            >
              {t("Remove")}
            </button>
          </li>
        ))}
      </ul>
      {hasPasskeys() ? (
        <div className="form-line">
          <PasswordField id="passkey-password" value={password} onChange={setPassword} />
          <div className="field">
            <label htmlFor="passkey-label">{t("Name of the device")}</label>
            <input
              id="passkey-label"
              className="input"
              maxLength={60}
              autoComplete="off"
              value={label}
              onChange={(event) => setLabel(event.target.value)}
            />
          </div>
          <button type="button" className="btn" disabled={act.busy || !password} onClick={() => void make()}>
            {t("Make a passkey")}
          </button>
        </div>
      ) : (
        <p className="hint">
          {t("This browser or this address allows no passkeys; they need https or this machine itself.")}
        </p>
      )}
      <ActError error={failed ?? act.error} />
    </section>
  );
}
