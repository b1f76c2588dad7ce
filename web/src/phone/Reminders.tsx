/** A reminder a day on this phone, for who wants one: nothing is asked of the browser before the button is pressed. */
import { useEffect, useState } from "react";
import { get, post } from "../api/client";
import { Icon } from "../shared/Icon";
import { language, t } from "../words/words";
import { keyBytes } from "./push";

interface Offer {
  offered: boolean;
  key: string | null;
}

const canPush = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

export function Reminders() {
  const [offer, setOffer] = useState<Offer | null>(null);
  const [on, setOn] = useState(false);
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    const look = async () => {
      const told = await get<Offer>("/api/mine/reminders");
      const own =
        told.offered && canPush()
          ? await (await navigator.serviceWorker.ready).pushManager.getSubscription()
          : null;
      if (gone) return;
      setOn(own !== null);
      setOffer(told);
    };
    // Without a connection the page works without this box.
    look().catch(() => undefined);
    return () => {
      gone = true;
    };
  }, []);
  if (!offer?.offered || !offer.key) return null;

  const turnOn = async (key: string) => {
    if ((await Notification.requestPermission()) !== "granted") {
      setMessage(t("This browser may not show notifications. Allow them in its settings, then try again."));
      return;
    }
    const { pushManager } = await navigator.serviceWorker.ready;
    const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: keyBytes(key) });
    const told = made.toJSON();
    try {
      await post("/api/mine/reminders", {
        endpoint: made.endpoint,
        p256dh: told.keys?.p256dh ?? "",
        auth: told.keys?.auth ?? "",
        language: language(),
      });
    } catch (error) {
      await made.unsubscribe();
      throw error;
    }
    setOn(true);
  };
  const turnOff = async () => {
    const own = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
    await post("/api/mine/reminders/stop", { endpoint: own?.endpoint ?? null });
    await own?.unsubscribe();
    setOn(false);
  };
  const press = async () => {
    setBusy(true);
    setMessage(null);
    try {
      await (on ? turnOff() : turnOn(offer.key!));
    } catch (error) {
      setMessage(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };

  return (
    <section className="card stack stack--tight" aria-labelledby="remind-title">
      <h2 id="remind-title">{t("Reminders")}</h2>
      <p>
        {t(
          "One sentence a day, only when you have not written yet. It travels through the service of your browser's maker, which can neither read it nor learn from it who you are.",
        )}
      </p>
      {canPush() ? (
        <button
          type="button"
          className="btn btn--big"
          disabled={busy}
          aria-pressed={on}
          onClick={() => void press()}
        >
          <Icon name={on ? "close" : "clock"} />
          {on ? t("Stop reminding me on this phone") : t("Remind me on this phone")}
        </button>
      ) : (
        <p className="soft">
          {t("This browser cannot remind you. On an iPhone, first put this page on the home screen.")}
        </p>
      )}
      {message && (
        <p className="note-box" role="status">
          <Icon name="note" />
          <span>{message}</span>
        </p>
      )}
    </section>
  );
}
