/** Who is signed in decides what is shown: sign-in, the clinic, or the way to the patient's own page. */
import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect, useState } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { forget, useMe } from "../api/queries";
import type { Role } from "../api/types";
import { Boundary, part } from "../shared/part";
import { isElsewhere, onSomebodyElse, remember } from "../shared/signIn";
import { Failed, Loading } from "../shared/states";
import { t } from "../words/words";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";
import { homeOf, isBarred } from "./places";
import { TodayPage } from "./TodayPage";

// The list is what a day begins with; everything else is fetched when it is opened.
const PatientFrame = part(async () => ({ default: (await import("../patient/PatientFrame")).PatientFrame }));
const PatientsPage = part(async () => ({ default: (await import("./PatientsPage")).PatientsPage }));
const AuditPage = part(async () => ({ default: (await import("./AuditPage")).AuditPage }));
const StockPage = part(async () => ({ default: (await import("./StockPage")).StockPage }));
const RecallPage = part(async () => ({ default: (await import("./RecallPage")).RecallPage }));
const ReferencePage = part(async () => ({ default: (await import("./ReferencePage")).ReferencePage }));
const RetentionPage = part(async () => ({ default: (await import("./RetentionPage")).RetentionPage }));
const OverridesPage = part(async () => ({ default: (await import("./OverridesPage")).OverridesPage }));
const UsersPage = part(async () => ({ default: (await import("./UsersPage")).UsersPage }));
const SettingsPage = part(async () => ({ default: (await import("./SettingsPage")).SettingsPage }));

export function App() {
  const me = useMe();
  const client = useQueryClient();
  const [place] = useLocation();
  const [ended, setEnded] = useState(false);
  useEffect(() => {
    const out = () => setEnded(true);
    window.addEventListener("reprieve:signed-out", out);
    return () => window.removeEventListener("reprieve:signed-out", out);
  }, []);
  const mine = me.data;
  useEffect(() => {
    if (!mine) return;
    return onSomebodyElse(mine, () => {
      // Nothing of the one before stays, and the page begins anew for whoever is signed in now.
      sessionStorage.clear();
      location.reload();
    });
  }, [mine]);
  const enter = (now: Role) => {
    const before = client.getQueryData<Role | null>(["me"]);
    // The same person goes on with what was typed; for anybody else nothing of it stays.
    if (before?.name !== now.name || before.role !== now.role || before.clinic !== now.clinic) {
      forget(client);
      if (before) sessionStorage.clear();
    }
    remember(now);
    client.setQueryData(["me"], now);
    setEnded(false);
  };

  if (me.isPending) return <Loading what="Reprieve" tall={400} />;
  // A line that breaks takes nothing away from whoever is known already.
  if (me.isError && !me.data)
    return (
      <main className="alone">
        <h1>Reprieve</h1>
        <Failed error={me.error} again={() => void me.refetch()} />
      </main>
    );
  // An address that names another clinic is not answered with this one's patients.
  if (!me.data || isElsewhere(me.data)) return <SignIn onIn={enter} />;
  if (me.data.patient_id) {
    location.replace("/phone");
    return null;
  }
  if (isBarred(me.data.role, place)) return <Redirect to={homeOf(me.data.role)} replace />;
  return (
    <>
      {ended && <SignIn onIn={enter} endedFor={me.data.name} />}
      <div
        key={`${me.data.clinic} ${me.data.name} ${me.data.role}`}
        style={{ display: ended ? "none" : "contents" }}
      >
        <Shell me={me.data}>
          <Boundary at={place} page>
            <Suspense fallback={<Loading what={t("the page")} tall={400} />}>
              <Switch>
                {homeOf(me.data.role) !== "/" && (
                  <Route path="/">
                    <Redirect to={homeOf(me.data.role)} replace />
                  </Route>
                )}
                <Route path="/" component={TodayPage} />
                <Route path="/patients" component={PatientsPage} />
                <Route path="/patients/:id/:page">
                  {(params) => <PatientFrame key={params.id} id={params.id} page={params.page} />}
                </Route>
                <Route path="/patients/:id">
                  {(params) => <Redirect to={`/patients/${params.id}/chart`} replace />}
                </Route>
                <Route path="/audit" component={AuditPage} />
                <Route path="/stock" component={StockPage} />
                <Route path="/recall" component={RecallPage} />
                <Route path="/reference" component={ReferencePage} />
                <Route path="/overrides" component={OverridesPage} />
                <Route path="/retention" component={RetentionPage} />
                <Route path="/users" component={UsersPage} />
                <Route path="/settings" component={SettingsPage} />
                <Route>
                  <main className="page" id="main">
                    <h1>{t("There is no such page")}</h1>
                    <p>
                      <a href="/">{t("Go to today's list")}</a>
                    </p>
                  </main>
                </Route>
              </Switch>
            </Suspense>
          </Boundary>
        </Shell>
      </div>
    </>
  );
}
