/** Which of several clinics the sign-in is for, where it is not the only one; and the way back. */
import { useState } from "react";
import { t } from "../words/words";
import { clinicHere, forgetClinic } from "./signIn";

export function ClinicHere() {
  const [clinic, setClinic] = useState(clinicHere);
  if (clinic === null) return null;
  return (
    <p className="row">
      <span>{t("Clinic: {name}", { name: clinic })}</span>
      <button
        type="button"
        className="btn btn--quiet btn--small"
        onClick={() => {
          forgetClinic();
          setClinic(null);
        }}
      >
        {t("Not this clinic")}
      </button>
    </p>
  );
}
