/** Videos for comparing: taken with the phone's own camera, kept on the phone, shown to whom the patient wants. */
import { useCallback, useEffect, useRef, useState } from "react";
import { newKey } from "../api/client";
import { shown, today } from "../numbers/dates";
import { Icon } from "../shared/Icon";
import { t } from "../words/words";
import { deleteVideo, keepVideo, MOST_BYTES, MOST_VIDEOS, videos, type Video } from "./videos";

export function Videos() {
  const [kept, setKept] = useState<Video[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const refresh = useCallback(
    () =>
      videos()
        .then(setKept)
        .catch(() => setError(t("This browser keeps nothing: a private window, or no space."))),
    [],
  );
  useEffect(() => void refresh(), [refresh]);

  const take = async (file: File | undefined) => {
    if (!file) return;
    setError(null);
    if (file.size > MOST_BYTES) {
      setError(t("This video is too long: take one of up to 20 seconds."));
      return;
    }
    if ((kept?.length ?? 0) >= MOST_VIDEOS) {
      setError(t("There are {n} videos already: delete one first.", { n: MOST_VIDEOS }));
      return;
    }
    try {
      await keepVideo({ id: newKey(), date: today(), file });
      await refresh();
    } catch {
      setError(t("The phone has no space left for it. Delete an older one, then try again."));
    }
  };

  return (
    <section className="card stack" aria-labelledby="videos-title">
      <h2 id="videos-title">{t("Short videos, for comparing")}</h2>
      <p>
        {t(
          "Sit, look straight ahead and let your head go where it wants, for ten seconds. The video stays on this phone. Nobody gets it unless you show it.",
        )}
      </p>
      <input
        ref={input}
        type="file"
        accept="video/*"
        capture="user"
        className="unseen"
        tabIndex={-1}
        aria-label={t("Video file")}
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <button type="button" className="btn btn--big" onClick={() => input.current?.click()}>
        <Icon name="plus" />
        {t("Take a video")}
      </button>
      {error && (
        <p className="note-box note-box--check" role="alert">
          <Icon name="check" />
          <span>{error}</span>
        </p>
      )}
      <ul className="videos">
        {kept?.map((video) => (
          <li key={video.id}>
            <Kept video={video} onDelete={() => void deleteVideo(video.id).then(refresh)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Kept({ video, onDelete }: { video: Video; onDelete: () => void }) {
  const [url, setUrl] = useState<string | null>(null);
  const [sure, setSure] = useState(false);
  // Given back when it is no longer shown: the phone keeps the whole film in memory for as long as it has an address.
  useEffect(
    () => () => {
      if (url) URL.revokeObjectURL(url);
    },
    [url],
  );
  return (
    <div className="stack stack--tight">
      <div className="row row--between">
        <strong>{shown(video.date)}</strong>
        <div className="row">
          {!url && (
            <button
              type="button"
              className="btn"
              onClick={() => setUrl(URL.createObjectURL(video.file))}
              aria-label={t("Play the video of {date}", { date: shown(video.date) })}
            >
              {t("Play")}
            </button>
          )}
          <button
            type="button"
            className={sure ? "btn btn--stop" : "btn btn--quiet"}
            onClick={() => (sure ? onDelete() : setSure(true))}
          >
            {sure ? t("Delete for good") : t("Delete")}
          </button>
        </div>
      </div>
      {/* A film of one's own head has no speech to write down. */}
      {url && <video src={url} controls playsInline muted className="video" />}
    </div>
  );
}
