/** Find a patient by name; the list is there at once, arrow keys go through it. */
import { useDeferredValue, useEffect, useRef, useState, type KeyboardEvent } from "react";
import { Link } from "wouter";
import { usePatients } from "../api/queries";
import { age, shown, today } from "../numbers/dates";
import { Icon } from "../shared/Icon";
import { Empty, Failed, Loading } from "../shared/states";
import { coded, fullName } from "../words/names";
import { t } from "../words/words";
import { NewPatient } from "./NewPatient";
import { useTitle } from "../shared/useTitle";

export function PatientsPage() {
  useTitle("Patients");
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim());
  const found = usePatients(wanted);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  const [adding, setAdding] = useState(false);
  const keys = (event: KeyboardEvent) => {
    const links = Array.from(list.current?.querySelectorAll<HTMLAnchorElement>("a") ?? []);
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (event.key === "Enter" && at < 0 && links[0]) links[0].click();
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (next < 0) field.current?.focus();
    else links[Math.min(next, links.length - 1)]?.focus();
  };
  return (
    <main className="page page--narrow" id="main">
      <div className="page-head">
        <h1>{t("Patients")}</h1>
        {!adding && (
          <button type="button" className="btn" onClick={() => setAdding(true)}>
            <Icon name="plus" />
            {t("New patient")}
          </button>
        )}
      </div>
      {adding && <NewPatient onClose={() => setAdding(false)} />}
      <div className="field">
        <label htmlFor="search">{t("Find by name")}</label>
        <input
          id="search"
          ref={field}
          type="search"
          className="input"
          autoComplete="off"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={keys}
        />
      </div>
      {found.isPending && <Loading what={t("patients")} tall={300} />}
      {found.isError && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.data?.rows.length === 0 && (
        <Empty>
          {wanted ? t("No patient of this name.") : t("No patient yet: register the first one above.")}
        </Empty>
      )}
      {found.data && found.data.rows.length > 0 && (
        <div className="card list-card">
          <ul ref={list}>
            {found.data.rows.map((row) => (
              <li key={row.patient_id}>
                <Link
                  href={`/patients/${row.patient_id}/chart`}
                  className="row-link patient-row"
                  onKeyDown={keys}
                >
                  <strong>{fullName(row)}</strong>
                  <span className="soft small">
                    {row.birth_date
                      ? `${shown(row.birth_date)} · ${age(row.birth_date, today())} ${t("years")}`
                      : t("birth date unknown")}
                  </span>
                  <span className="soft small">
                    {row.condition ? coded(row.condition) : t("condition not recorded")}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </div>
      )}
      {found.data?.next && <p className="hint">{t("More patients match; type more of the name.")}</p>}
    </main>
  );
}
