/** The patient's own page: one question a day, side effects, the own curve in plain words, urgent help always in reach. */
import { useCallback, useEffect, useState } from "react";
import { ApiError, get, OfflineError, post } from "../api/client";
import type { Role } from "../api/types";
import { shown } from "../numbers/dates";
import { Icon } from "../shared/Icon";
import { LanguageChoice } from "../shared/LanguageChoice";
import { saveCalendar } from "../shared/calendar";
import { NewVersion } from "../shared/NewVersion";
import { ThemeSwitch } from "../shared/theme";
import { useTitle } from "../shared/useTitle";
import { language, t } from "../words/words";
import { Diary } from "./Diary";
import { HeadAngles, wantsHeadAngles } from "./HeadAngles";
import type { Mine } from "./mine";
import { MyCourse } from "./MyCourse";
import { MyRecord } from "./MyRecord";
import { Videos } from "./Videos";
import type { Side } from "../api/types";
import { sideWord } from "../words/names";
import { PhoneSignIn } from "./PhoneSignIn";
import { forgetWho, isElsewhere, ownerOf, WHO } from "../shared/signIn";
import { comes, hasBeenHere, leaves, whoIsHere } from "./database";
import { flush, waiting } from "./queue";
import { Reminders } from "./Reminders";
import { SideEffects } from "./SideEffects";
import { UrgentBox } from "./UrgentBox";

const RETRY_MS = 10_000;
const noConnection = () => t("No connection. You can still write; it is sent later.");

type Who = "unknown" | "nobody" | "offline" | "clinician" | "patient";

export function PhoneApp() {
  const [who, setWho] = useState<Who>("unknown");
  // Whose page stands here: it waits behind the sign-in when that has ended, with what is half written on it.
  const [owner, setOwner] = useState<string | null>(null);
  const [mine, setMine] = useState<Mine | null>(null);
  const [unsent, setUnsent] = useState(0);
  const [urgent, setUrgent] = useState(false);
  const [stays, setStays] = useState(false);
  const [message, setMessage] = useState<string | null>(null);

  useTitle("My diary");

  const refresh = useCallback(async () => {
    setUnsent((await waiting()).length);
    try {
      setMine(await get<Mine>("/api/mine"));
    } catch (error) {
      if (error instanceof OfflineError) setMessage(noConnection());
      else if (error instanceof ApiError && error.status !== 401) setMessage(error.message);
    }
  }, []);

  const begin = useCallback(async () => {
    try {
      const me = await get<Role>("/api/me");
      setMessage((told) => (told === noConnection() ? null : told));
      if (isElsewhere(me)) {
        setOwner(null);
        setWho("nobody");
        return;
      }
      const before = whoIsHere();
      const { patient_id } = me;
      const now = patient_id === null ? null : ownerOf({ ...me, patient_id });
      if (now !== null) comes(now);
      if (before !== null && before !== now) {
        // Nothing of whoever was here before is shown, not even until the answer comes.
        setMine(null);
        setUnsent(0);
      }
      setOwner(now);
      setWho(me.patient_id ? "patient" : "clinician");
      if (!me.patient_id) return;
      await flush();
      await refresh();
    } catch (error) {
      if (error instanceof OfflineError) {
        setWho(hasBeenHere() ? "offline" : "nobody");
        setOwner(whoIsHere());
      } else setWho("nobody");
      setUnsent((await waiting()).length);
    }
  }, [refresh]);

  useEffect(() => {
    // After the effect: the first answer comes from the server or the queue, never at once.
    queueMicrotask(() => void begin());
    const online = () => {
      setMessage(null);
      void begin();
    };
    const refused = (event: Event) => setMessage((event as CustomEvent<string>).detail);
    const out = () => setWho("nobody");
    // Another page of this browser signed somebody in.
    const changed = (event: StorageEvent) => {
      if (event.key === WHO && event.newValue !== null) void begin();
    };
    window.addEventListener("storage", changed);
    window.addEventListener("online", online);
    window.addEventListener("reprieve:refused", refused);
    window.addEventListener("reprieve:signed-out", out);
    return () => {
      window.removeEventListener("storage", changed);
      window.removeEventListener("online", online);
      window.removeEventListener("reprieve:refused", refused);
      window.removeEventListener("reprieve:signed-out", out);
    };
  }, [begin]);

  const waits = unsent > 0 || who === "offline";
  useEffect(() => {
    if (!waits) return;
    // A browser need not notice that the line is back, so what waits is tried again.
    const again = () => {
      if (document.visibilityState === "visible") void begin();
    };
    const timer = window.setInterval(again, RETRY_MS);
    document.addEventListener("visibilitychange", again);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, [waits, begin]);

  const leave = async () => {
    try {
      await post("/api/sign-out");
    } catch (error) {
      if (error instanceof OfflineError) {
        // The cookie is still good: whoever takes this phone next would be let in.
        setStays(true);
        return;
      }
    }
    setStays(false);
    leaves();
    forgetWho();
    setMine(null);
    setOwner(null);
    setWho("nobody");
  };

  if (who === "unknown") return <div className="phone" role="status" />;
  const signIn = who === "nobody" && <PhoneSignIn onIn={() => void begin()} />;
  if (who === "clinician")
    return (
      <main className="phone" id="main">
        <h1>{t("This page is the patient's own")}</h1>
        <p>{t("You are signed in as a clinician.")}</p>
        <a className="btn" href="/">
          {t("Go to today's list")}
        </a>
      </main>
    );
  const lastDay =
    mine?.sessions
      .map((session) => session.date)
      .toSorted()
      .at(-1) ?? null;
  const next =
    typeof mine?.next_appointment === "string" ? mine.next_appointment : mine?.next_appointment?.date;
  return (
    <>
      <header className="phone-head">
        <strong>
          {signIn
            ? "Reprieve"
            : mine?.patient.given_name
              ? t("Hello {name}", { name: mine.patient.given_name })
              : t("My diary")}
        </strong>
        <div className="row">
          <ThemeSwitch />
          <button
            type="button"
            className="btn btn--stop"
            onClick={() => setUrgent(true)}
            aria-haspopup="dialog"
          >
            <Icon name="stop" />
            {t("Urgent help")}
          </button>
        </div>
      </header>
      {signIn}
      {(!signIn || owner !== null) && (
        <main
          key={owner}
          className="phone"
          style={signIn ? { display: "none" } : undefined}
          id={signIn ? undefined : "main"}
        >
          <h1 className="unseen">{t("My diary")}</h1>
          <NewVersion />
          {unsent > 0 && (
            <p className="note-box" role="status">
              <Icon name="clock" />
              <span>
                {t("{n} not sent yet. It is kept on this phone and sent when there is a connection.", {
                  n: unsent,
                })}
              </span>
            </p>
          )}
          {message && unsent === 0 && (
            <p className="note-box" role="status">
              <Icon name="note" />
              <span>{message}</span>
            </p>
          )}
          <Diary mine={mine} onSent={refresh} />
          <MyCourse mine={mine} coming={who === "patient" && message === null} />
          <SideEffects last={lastDay} onUrgent={() => setUrgent(true)} onSent={refresh} />
          {wantsHeadAngles(mine?.camera) && <HeadAngles onSent={refresh} />}
          <Given mine={mine} next={next ?? null} />
          <section className="card phone-note">
            <h2>{t("What this treatment can do")}</h2>
            <p>
              {t(
                "It relaxes the muscles that pull. It begins after some days, is best for some weeks, and then fades. It does not cure dystonia. A muscle may feel weak for a while.",
              )}
            </p>
            <p>
              {t("This page shows your own entries and what is likely. It does not replace your doctor.")}
            </p>
            <a className="btn btn--big" href="/phone/how">
              {t("See what the injection does")}
            </a>
          </section>
          {who === "patient" && <Reminders />}
          <Videos />
          <MyRecord />
          <footer className="row row--between">
            <LanguageChoice />
            <button type="button" className="btn btn--quiet" onClick={() => void leave()}>
              <Icon name="out" />
              {t("Sign out")}
            </button>
            {stays && (
              <p role="alert">
                {t("You are still signed in: the server cannot be reached. Sign out again later.")}
              </p>
            )}
          </footer>
        </main>
      )}
      {urgent && (
        <UrgentBox
          text={language() === "en" ? (mine?.urgent_text ?? null) : null}
          onClose={() => setUrgent(false)}
        />
      )}
    </>
  );
}

/** "Splenius capitis muscle, right", in the reader's language. */
function inOwnWords(muscle: string): string {
  const side = /, (left|right|both)$/.exec(muscle)?.[1] as Side | undefined;
  return side ? `${t(muscle.slice(0, -side.length - 2))}, ${sideWord(side)}` : t(muscle);
}

function Given({ mine, next }: { mine: Mine | null; next: string | null }) {
  const sessions = [...(mine?.sessions ?? [])].sort((a, b) => b.date.localeCompare(a.date));
  const last = sessions[0];
  return (
    <section className="card" aria-labelledby="given-title">
      <h2 id="given-title">{t("What was injected")}</h2>
      {!last && <p className="soft">{t("Nothing yet.")}</p>}
      {last && (
        <>
          <p>
            <strong>{shown(last.date)}</strong>, {last.product}
            {last.place ? `, ${last.place}` : ""}
          </p>
          <ul className="bullets">
            {(Array.isArray(last.muscles) ? last.muscles : [last.muscles]).map((muscle) => (
              <li key={muscle}>{inOwnWords(muscle)}</li>
            ))}
          </ul>
        </>
      )}
      <p className="next-visit">
        <Icon name="calendar" />
        {next ? t("Next visit: {date}", { date: shown(next) }) : t("No next visit is booked.")}
      </p>
      {next && (
        <button
          type="button"
          className="btn btn--big"
          onClick={() => saveCalendar(next, t("Visit at the clinic"))}
        >
          {t("Put it in my calendar")}
        </button>
      )}
    </section>
  );
}
