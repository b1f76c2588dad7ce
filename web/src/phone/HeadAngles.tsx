/** How the head is held, by the phone's own camera: for research, asked for by the patient, three angles and no picture. */
import { Suspense, useState } from "react";
import { Icon } from "../shared/Icon";
import { Boundary, part } from "../shared/part";
import { t } from "../words/words";

/** The face model weighs more than the whole diary: nobody fetches it who does not open the camera. */
const HeadCamera = part(async () => ({ default: (await import("./HeadCamera")).HeadCamera }));

const KNOWN = "reprieve.phone.camera";

/** Whether the clinic collects head angles; without a connection, what it said last. */
export function wantsHeadAngles(told: boolean | undefined): boolean {
  try {
    if (told !== undefined) localStorage.setItem(KNOWN, told ? "1" : "0");
    return told ?? localStorage.getItem(KNOWN) === "1";
  } catch {
    return told ?? false;
  }
}

export function HeadAngles({ onSent }: { onSent: () => Promise<void> }) {
  const [open, setOpen] = useState(false);
  const [told, setTold] = useState<string | null>(null);
  return (
    <section className="card" aria-labelledby="head-title">
      <h2 id="head-title">{t("How my head is held")}</h2>
      <p className="note-box">
        <Icon name="note" />
        <span>
          {t(
            "For research, and only if you like. The camera of this phone measures three angles in ten seconds. No picture is kept or sent. The angles do not say whether you are better or worse.",
          )}
        </span>
      </p>
      {told && (
        <p className="saved" role="status">
          <Icon name="good" />
          {told}
        </p>
      )}
      {open ? (
        <Boundary>
          <Suspense fallback={<p role="status">{t("The camera and the face model are being opened.")}</p>}>
            <HeadCamera
              onClose={() => setOpen(false)}
              onKept={(arrived) => {
                setOpen(false);
                setTold(
                  arrived ? t("Saved. Your clinic can see it.") : t("Kept on this phone. It is sent later."),
                );
                void onSent();
              }}
            />
          </Suspense>
        </Boundary>
      ) : (
        <button
          type="button"
          className="btn btn--big"
          onClick={() => {
            setTold(null);
            setOpen(true);
          }}
        >
          {t("Open the camera")}
        </button>
      )}
    </section>
  );
}
