import { useEffect } from "react";
import { t } from "../words/words";

/** The tab's title names the page, never a patient: titles end up in histories. It ends with what it names. */
export function useTitle(page: string): void {
  const title = `${t(page)} · Reprieve`;
  useEffect(() => {
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);
}
