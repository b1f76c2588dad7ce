import "@fontsource-variable/inter";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/parts.css";
import "../styles/shell.css";
import "../styles/timeline.css";
import "../styles/map.css";
import "../styles/plan.css";
import "../styles/session.css";
import "../styles/print.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { runAs } from "../shared/version";
import { startWords, takeCatalogues } from "../words/words";
import { App } from "./App";

// "always": the server may stand on this very machine, which needs no line; and a question that nobody asks would wait
// for an answer without a word.
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: 1,
      refetchOnWindowFocus: true,
      networkMode: "always",
      refetchOnReconnect: true,
    },
  },
});

/** A change of language says everything anew and mounts nothing anew: what was typed stays. */
function Root() {
  const [, setRound] = useState(0);
  useEffect(() => {
    const again = () => setRound((n) => n + 1);
    window.addEventListener("reprieve:language", again);
    return () => window.removeEventListener("reprieve:language", again);
  }, []);
  return <App />;
}

runAs(import.meta.url);
takeCatalogues({
  de: () => import("../words/de.json?clinic"),
  fr: () => import("../words/fr.json?clinic"),
});
void startWords().then(() => {
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <Root />
      </QueryClientProvider>
    </StrictMode>,
  );
});
