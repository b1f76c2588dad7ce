/** The patient's own page given at the visit: an account with one press, and what the patient needs to sign in. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../api/client";
import { ActError } from "../shared/ActError";
import { Icon } from "../shared/Icon";
import { QrCode } from "../shared/QrCode";
import { Failed, Loading } from "../shared/states";
import { useAct } from "../shared/useAct";
import { t } from "../words/words";
import { newPassword } from "./newPassword";

interface Told {
  address: string;
  drawing: string;
  account: { name: string; disabled: boolean } | null;
}

export function PhonePage({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="shares" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="btn btn--small">{t("The patient's own page")}</summary>
      {open && <Access id={id} />}
    </details>
  );
}

function Access({ id }: { id: string }) {
  const path = `/api/patients/${encodeURIComponent(id)}/phone-page`;
  const key = ["patient", id, "phone-page"];
  const told = useQuery({ queryKey: key, queryFn: () => get<Told>(path) });
  // Drawn once: pressed again after a lost answer, it is the same password.
  const [password] = useState(newPassword);
  const [given, setGiven] = useState(false);
  const act = useAct();
  if (told.isPending) return <Loading what={t("the account")} tall={120} />;
  if (told.isError) return <Failed error={told.error} again={() => void told.refetch()} />;
  const { account, address, drawing } = told.data;
  const give = async () => {
    if (await act.run(path, { password }, key)) setGiven(true);
  };
  if (!given)
    return (
      <div className="stack stack--tight">
        <p className="small">
          {account === null
            ? t("The diary, side effects and the own curve on the phone. This patient has no account yet.")
            : account.disabled
              ? t("The account {name} is closed; an administrator can open it again.", { name: account.name })
              : t("The patient signs in as {name}. A new password ends the sign-ins of before.", {
                  name: account.name,
                })}
        </p>
        {!account?.disabled && (
          <div>
            <button type="button" className="btn" disabled={act.busy} onClick={() => void give()}>
              <Icon name="phone" />
              {account ? t("Give a new password") : t("Open the page to the patient")}
            </button>
          </div>
        )}
        <ActError error={act.error} />
      </div>
    );
  return (
    <div className="stack stack--tight" role="status">
      <QrCode drawing={drawing} label={t("Address to scan with the phone")} />
      <dl className="pairs">
        <dt>{t("Address")}</dt>
        <dd>{address}</dd>
        <dt>{t("Name")}</dt>
        <dd>
          <strong>{account?.name}</strong>
        </dd>
        <dt>{t("Password")}</dt>
        <dd>
          <strong className="figures">{password}</strong>
        </dd>
      </dl>
      <p className="hint">
        {t("The password is shown only now. Let the patient sign in here, or write it down.")}
      </p>
    </div>
  );
}
