/** The frame of every clinic page: name, navigation, patient search, who is signed in. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { OfflineError, post } from "../api/client";
import { forget, useHealth } from "../api/queries";
import type { Role } from "../api/types";
import { Icon } from "../shared/Icon";
import { LanguageChoice } from "../shared/LanguageChoice";
import { intoView } from "../shared/intoView";
import { NewVersion } from "../shared/NewVersion";
import { forgetWho } from "../shared/signIn";
import { ThemeSwitch } from "../shared/theme";
import { words } from "../words/names";
import { t } from "../words/words";
import { KeysDialog } from "./KeysDialog";
import { placesOf } from "./places";

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}

export function Shell({ me, children }: { me: Role; children: ReactNode }) {
  const [place, go] = useLocation();
  const client = useQueryClient();
  const health = useHealth();
  const [keysOpen, setKeysOpen] = useState(false);
  const [stays, setStays] = useState(false);
  const pending = useRef(false);
  const isAt = (to: string) => (to === "/" ? place === "/" : place.startsWith(to));

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        go("/patients");
        return;
      }
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "?") setKeysOpen(true);
      else if (event.key === "g") {
        pending.current = true;
        setTimeout(() => (pending.current = false), 900);
      } else if (pending.current) {
        pending.current = false;
        if (event.key === "t") go("/");
        if (event.key === "p") go("/patients");
      }
    };
    window.addEventListener("keydown", keys);
    return () => window.removeEventListener("keydown", keys);
  }, [go]);

  const out = async () => {
    try {
      await post("/api/sign-out");
    } catch (error) {
      // The cookie is still good: whoever sits down here next would be let in.
      setStays(error instanceof OfflineError);
      if (error instanceof OfflineError) return;
    }
    sessionStorage.clear();
    forgetWho();
    forget(client);
    client.setQueryData(["me"], null);
    go("/");
  };
  return (
    <>
      <a className="skip" href="#main">
        {t("Skip to the page")}
      </a>
      <header className="shell">
        <Link href="/" className="brand" aria-label={t("Reprieve, today's list")}>
          <img src="/icon.svg" alt="" width={28} height={28} />
          <span>Reprieve</span>
        </Link>
        <nav aria-label={t("Clinic")}>
          <ul>
            {placesOf(me.role).map(({ to, label }) => (
              <li key={to}>
                <Link
                  href={to}
                  className="nav-link"
                  {...(isAt(to) ? { "aria-current": "page" as const, ref: intoView } : {})}
                >
                  {t(label)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="shell-right">
          {health.data?.demo && (
            <span className="chip chip--check demo-chip">{t("Demo, invented patients")}</span>
          )}
          <LanguageChoice />
          <button
            type="button"
            className="btn btn--quiet btn--icon keys-button"
            onClick={() => setKeysOpen(true)}
            aria-label={t("Keys")}
            title={t("Keys")}
          >
            <kbd>?</kbd>
          </button>
          <ThemeSwitch />
          <span className="who small">
            <strong>{me.name}</strong>
            <span className="soft">{t(words(me.role))}</span>
          </span>
          <button
            type="button"
            className="btn btn--quiet btn--icon"
            onClick={() => void out()}
            aria-label={t("Sign out")}
            title={t("Sign out")}
          >
            <Icon name="out" />
          </button>
        </div>
      </header>
      <NewVersion />
      {stays && (
        <p className="note-box note-box--check" role="alert">
          <Icon name="check" />
          <span>{t("You are still signed in: the server cannot be reached. Sign out again later.")}</span>
        </p>
      )}
      {children}
      {keysOpen && <KeysDialog onClose={() => setKeysOpen(false)} />}
    </>
  );
}
