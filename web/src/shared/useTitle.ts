import { useEffect } from "react";
import { t } from "../words/words";

/** The tab's title names the page, never a patient: titles end up in histories. */
export function useTitle(page: string): void {
  useEffect(() => {
    document.title = `${t(page)} · Reprieve`;
  }, [page]);
}
