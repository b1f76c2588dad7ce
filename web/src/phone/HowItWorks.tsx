/** One page in plain words: why it takes days, why it ends, why other muscles next time. No dose, no data of anyone. */
import { useEffect, useState } from "react";
import "../styles/how.css";
import { Icon } from "../shared/Icon";
import { LanguageChoice } from "../shared/LanguageChoice";
import { t } from "../words/words";
import { chapterOf, lastWeek, tension, working } from "./course";

/** Where the messengers, the doors and the fibres stand in the drawing. */
const DOORS = [42, 74, 106, 138, 170, 202, 234, 266];
const TICK_MS = 900;

export function HowItWorks() {
  const [week, setWeek] = useState(0);
  const [playing, setPlaying] = useState(false);
  const end = lastWeek();
  const running = playing && week < end;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setWeek((at) => Math.min(at + 1, end)), TICK_MS);
    return () => clearInterval(timer);
  }, [running, end]);
  const chapter = CHAPTERS[chapterOf(week)];
  return (
    <main className="phone" id="main">
      <h1>{t("What the injection does")}</h1>
      <section className="card how" aria-labelledby="how-title">
        <Junction week={week} />
        <div className="field">
          <label htmlFor="how-week">{t("Weeks since the injection")}</label>
          <input
            id="how-week"
            type="range"
            min={0}
            max={end}
            step={1}
            value={week}
            aria-valuetext={t("week {n}", { n: week })}
            onChange={(event) => {
              setPlaying(false);
              setWeek(Number(event.target.value));
            }}
          />
        </div>
        <div className="row row--between">
          <button
            type="button"
            className="btn"
            onClick={() => {
              if (week >= end) setWeek(0);
              setPlaying(!running);
            }}
          >
            {running ? t("Pause") : t("Play")}
          </button>
          <strong data-testid="how-week-text">{t("week {n}", { n: week })}</strong>
        </div>
        <div aria-live={running ? "off" : "polite"}>
          <h2 id="how-title">{chapter.title()}</h2>
          <p>{chapter.text()}</p>
        </div>
      </section>
      <section className="card">
        <h2>{t("Why it takes days")}</h2>
        <p>
          {t(
            "The medicine has to find the nerve endings, get inside and cut the tiny hooks that let messages out. Hooks that are already set still work for a while.",
          )}
        </p>
      </section>
      <section className="card">
        <h2>{t("Why it ends")}</h2>
        <p>
          {t(
            "The nerve is not destroyed. It uses up the medicine and builds new hooks, for weeks and months, until messages pass again.",
          )}
        </p>
      </section>
      <section className="card">
        <h2>{t("Why other muscles next time")}</h2>
        <p>
          {t(
            "Several muscles can pull together. When one rests, another may take over, or one that was hidden shows. So the doctor looks anew each time.",
          )}
        </p>
      </section>
      <p className="hint">
        {t(
          "A drawing of a usual course. Yours may be faster or slower; your own page shows your own course.",
        )}
      </p>
      <footer className="row row--between">
        <LanguageChoice />
        <a className="btn btn--quiet" href="/phone">
          <Icon name="left" />
          {t("Back to my diary")}
        </a>
      </footer>
    </main>
  );
}

const CHAPTERS = {
  before: {
    title: () => t("The day of the injection"),
    text: () =>
      t("The nerve sends messages, the muscle pulls. The medicine is there, but nothing has changed yet."),
  },
  coming: {
    title: () => t("The first two weeks"),
    text: () => t("Hook by hook is cut. Fewer messages get out, and the pull gets weaker day by day."),
  },
  resting: {
    title: () => t("The best weeks"),
    text: () => t("Few messages get out. The muscle rests and gets a little thinner."),
  },
  returning: {
    title: () => t("It comes back"),
    text: () =>
      t("New hooks are built. Message by message the pull returns; this is when the next visit is near."),
  },
};

function Junction({ week }: { week: number }) {
  const open = working(week);
  const pull = tension(week);
  const told = t(
    "A nerve ending above a muscle: {open} of {all} doors let messages out, the muscle pulls with {pull} %.",
    {
      open: Math.round(open * DOORS.length),
      all: DOORS.length,
      pull: Math.round(pull * 100),
    },
  );
  return (
    <svg className="how-picture" viewBox="0 0 308 210" role="img" aria-label={told}>
      <path className="how-nerve" d="M134 0h40v26c70 6 112 22 112 44v16H22V70c0-22 42-38 112-44z" />
      {DOORS.map((x, index) => {
        const works = index < Math.round(open * DOORS.length);
        return (
          <g key={x} className={works ? "how-door how-door--open" : "how-door"}>
            <circle cx={x} cy={72} r={7} />
            {works ? (
              <path d={`M${x - 8} 86h5M${x + 3} 86h5`} />
            ) : (
              <path d={`M${x - 8} 86h16M${x - 5} 66l10 12M${x + 5} 66l-10 12`} />
            )}
            {works && <circle className="how-message" cx={x} cy={104} r={4} />}
          </g>
        );
      })}
      {[0, 1, 2].map((row) => (
        <path key={row} className="how-fibre" d={fibre(142 + row * 22, pull)} />
      ))}
    </svg>
  );
}

/** A fibre that is pulled together: more and steeper waves the more it pulls. */
function fibre(y: number, pull: number): string {
  const waves = 6;
  const inset = 10 + 26 * pull;
  const step = (308 - 2 * inset) / (2 * waves);
  const height = 2 + 9 * pull;
  let path = `M${inset.toFixed(1)} ${y}`;
  for (let index = 0; index < waves; index += 1)
    path += `q${(step / 2).toFixed(1)} ${(-height).toFixed(1)} ${step.toFixed(1)} 0q${(step / 2).toFixed(1)} ${height.toFixed(1)} ${step.toFixed(1)} 0`;
  return path;
}
