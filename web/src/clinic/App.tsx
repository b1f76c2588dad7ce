/** Who is signed in decides what is shown: sign-in, the clinic, or the way to the patient's own page. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Redirect, Route, Switch } from "wouter";
import { useMe } from "../api/queries";
import { PatientFrame } from "../patient/PatientFrame";
import { Failed, Loading } from "../shared/states";
import { t } from "../words/words";
import { AuditPage } from "./AuditPage";
import { PatientsPage } from "./PatientsPage";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";
import { TodayPage } from "./TodayPage";

export function App() {
  const me = useMe();
  const client = useQueryClient();
  useEffect(() => {
    const out = () => client.setQueryData(["me"], null);
    window.addEventListener("reprieve:signed-out", out);
    return () => window.removeEventListener("reprieve:signed-out", out);
  }, [client]);

  if (me.isPending) return <Loading what="Reprieve" tall={400} />;
  if (me.isError)
    return (
      <main className="alone">
        <h1>Reprieve</h1>
        <Failed error={me.error} again={() => void me.refetch()} />
      </main>
    );
  if (!me.data) return <SignIn />;
  if (me.data.patient_id) {
    location.replace("/phone");
    return null;
  }
  return (
    <Shell me={me.data}>
      <Switch>
        <Route path="/" component={TodayPage} />
        <Route path="/patients" component={PatientsPage} />
        <Route path="/patients/:id/:page">
          {(params) => <PatientFrame key={params.id} id={params.id} page={params.page} />}
        </Route>
        <Route path="/patients/:id">
          {(params) => <Redirect to={`/patients/${params.id}/chart`} replace />}
        </Route>
        <Route path="/audit" component={AuditPage} />
        <Route>
          <main className="page" id="main">
            <h1>{t("There is no such page")}</h1>
            <p>
              <a href="/">{t("Go to today's list")}</a>
            </p>
          </main>
        </Route>
      </Switch>
    </Shell>
  );
}
