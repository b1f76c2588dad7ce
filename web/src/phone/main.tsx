import "@fontsource-variable/inter";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/parts.css";
import "../styles/phone.css";
import { StrictMode, Suspense, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { Boundary, part } from "../shared/part";
import { runAs } from "../shared/version";
import { startWords, takeCatalogues } from "../words/words";
import { PhoneApp } from "./PhoneApp";

/** Loaded only by who opens it: the diary has to be quick. */
const HowItWorks = part(async () => ({ default: (await import("./HowItWorks")).HowItWorks }));

/** A change of language says everything anew and mounts nothing anew: what was typed stays. */
function Root() {
  const [, setRound] = useState(0);
  useEffect(() => {
    const again = () => setRound((n) => n + 1);
    window.addEventListener("reprieve:language", again);
    return () => window.removeEventListener("reprieve:language", again);
  }, []);
  if (location.pathname === "/phone/how")
    return (
      <Boundary>
        <Suspense fallback={<div className="phone" role="status" />}>
          <HowItWorks />
        </Suspense>
      </Boundary>
    );
  return <PhoneApp />;
}

runAs(import.meta.url);
takeCatalogues({
  de: () => import("../words/de.json?phone"),
  fr: () => import("../words/fr.json?phone"),
});
void startWords().then(() => {
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <Root />
    </StrictMode>,
  );
});

// Opens without a connection; a browser without it, or a page without a secure origin, works online only.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js", { scope: "/phone" }).catch(() => undefined);
}
