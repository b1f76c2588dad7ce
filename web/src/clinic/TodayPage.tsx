/** Today: who comes, who is fading by their own curve, what needs attention. */
import { useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Link, useLocation } from "wouter";
import { useToday, type TodayRow } from "../api/queries";
import { age, dayNumber, isoOf, range, shown, today as todayNow } from "../numbers/dates";
import { units } from "../numbers/format";
import { Icon, type IconName } from "../shared/Icon";
import { Empty, Failed, Loading, Unknown } from "../shared/states";
import { chance as chanceWord } from "../plan/Ranking";
import { coded, fullName, words } from "../words/names";
import { t } from "../words/words";
import { flagText } from "./flags";
import { useTitle } from "../shared/useTitle";

const FILTERS = {
  all: "Everyone",
  coming: "Coming today",
  fading: "Fading",
  flags: "Needs attention",
} as const;
type Filter = keyof typeof FILTERS;

const FLAG: Record<string, { icon: IconName; tone: string }> = {
  red_flag: { icon: "stop", tone: "chip chip--stop" },
  duplicate_exposure: { icon: "check", tone: "chip chip--check" },
  unsigned: { icon: "pen", tone: "chip chip--check" },
  overdue: { icon: "clock", tone: "chip chip--check" },
  never_injected: { icon: "note", tone: "chip" },
};

function isComing(row: TodayRow, date: string): boolean {
  const when = typeof row.appointment === "string" ? row.appointment : row.appointment?.date;
  return when?.slice(0, 10) === date;
}

const isFading = (row: TodayRow) => (row.chance_faded ?? 0) >= 0.5;

function matches(row: TodayRow, filter: Filter, date: string): boolean {
  if (filter === "coming") return isComing(row, date);
  if (filter === "fading") return isFading(row);
  if (filter === "flags") return row.flags.some((flag) => flag.kind !== "never_injected");
  return true;
}

/** Who comes stands first, then who needs a call, then everybody else. */
const GROUPS = [
  { id: "coming", label: "Comes today", of: "coming" },
  { id: "attention", label: "Needs attention", of: "attention" },
  { id: "fading", label: "Fading, by their own curve", of: "fading" },
  { id: "holding", label: "Holding, or not known", of: "holding" },
] as const;

function groupOf(row: TodayRow, date: string): (typeof GROUPS)[number]["of"] {
  if (isComing(row, date)) return "coming";
  if (row.flags.some((flag) => flag.kind !== "never_injected")) return "attention";
  return isFading(row) ? "fading" : "holding";
}

export function TodayPage() {
  useTitle("Today");
  const [date, setDate] = useState(todayNow);
  const [filter, setFilter] = useState<Filter>("all");
  const list = useToday(date);
  const rows = useMemo(() => list.data?.rows ?? [], [list.data]);
  const chosen = rows.filter((row) => matches(row, filter, date));
  const step = (days: number) => setDate(isoOf(dayNumber(date) + days));
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{date === todayNow() ? t("Today") : shown(date)}</h1>
          <p className="soft">
            {date === todayNow() ? `${shown(date)} · ` : ""}
            {t("sorted by who is fading, by each patient's own curve")}
          </p>
        </div>
        <div className="row">
          <button
            type="button"
            className="btn btn--icon"
            onClick={() => step(-1)}
            aria-label={t("Day before")}
          >
            <Icon name="left" />
          </button>
          <input
            type="date"
            className="input date-input"
            aria-label={t("Date of the list")}
            value={date}
            onChange={(event) => event.target.value && setDate(event.target.value)}
          />
          <button type="button" className="btn btn--icon" onClick={() => step(1)} aria-label={t("Day after")}>
            <Icon name="right" />
          </button>
        </div>
      </div>
      <div className="filters" role="group" aria-label={t("Show")}>
        {(Object.keys(FILTERS) as Filter[]).map((name) => (
          <button
            key={name}
            type="button"
            className="tile"
            aria-pressed={filter === name}
            onClick={() => setFilter(name)}
          >
            <span className="big-figure figures">
              {list.isPending ? "–" : rows.filter((row) => matches(row, name, date)).length}
            </span>
            <span>{t(FILTERS[name])}</span>
          </button>
        ))}
      </div>
      {list.isPending && <Loading what={t("today's list")} tall={400} />}
      {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
      {list.data && rows.length === 0 && (
        <div className="card stack stack--tight">
          <p>{t("No patient is on the list yet.")}</p>
          <div>
            <Link href="/patients" className="btn btn--main">
              {t("Find or register a patient")}
            </Link>
          </div>
        </div>
      )}
      {rows.length > 0 && chosen.length === 0 && <Empty>{t("Nobody in this list.")}</Empty>}
      {GROUPS.map(({ id, label, of }) => {
        const own = chosen.filter((row) => groupOf(row, date) === of);
        return own.length > 0 && <TodayList key={id} title={t(label)} rows={own} date={date} />;
      })}
    </main>
  );
}

function TodayList({ title, rows, date }: { title: string; rows: TodayRow[]; date: string }) {
  const [, go] = useLocation();
  const list = useRef<HTMLUListElement>(null);
  const keys = (event: KeyboardEvent) => {
    // All groups of the day are one list for the arrow keys.
    const links = Array.from(
      list.current?.closest("main")?.querySelectorAll<HTMLAnchorElement>("a.row-link") ?? [],
    );
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      links[Math.max(0, Math.min(links.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
    } else if (event.key === "p" && at >= 0) {
      go(links[at]!.getAttribute("href")!.replace(/chart$/, "plan"));
    }
  };
  return (
    <div className="card list-card">
      <div className="today-head">
        <h2>
          {title} <span className="soft figures">{rows.length}</span>
        </h2>
        <span>{t("Last session")}</span>
        <span>{t("Effect")}</span>
        <span>{t("Attention")}</span>
      </div>
      <ul ref={list}>
        {rows.map((row) => (
          <li key={row.patient_id}>
            <Link href={`/patients/${row.patient_id}/chart`} className="row-link today-row" onKeyDown={keys}>
              <span className="today-who">
                <strong>{fullName(row)}</strong>
                <span className="soft small">
                  {row.birth_date
                    ? `${shown(row.birth_date)} · ${age(row.birth_date, date)} ${t("years")}`
                    : t("birth date unknown")}
                  {row.condition ? ` · ${coded(row.condition)}` : ""}
                </span>
                {isComing(row, date) && row.state && row.state !== "planned" && (
                  <span className="chip chip--accent">
                    <Icon name="calendar" />
                    {t(words(row.state))}
                  </span>
                )}
              </span>
              <span className="today-last">
                {row.last_session ? (
                  <>
                    <span>
                      {row.weeks_since === null ? shown(row.last_session.date) : weeksAgo(row.weeks_since)}
                    </span>
                    <span className="soft small">
                      {units(row.last_session.units)} {row.last_session.product}
                    </span>
                  </>
                ) : (
                  <span className="soft">{t("none here")}</span>
                )}
              </span>
              <Fading row={row} />
              <span className="today-flags">
                {row.flags.map((flag) => {
                  const look = FLAG[flag.kind] ?? { icon: "note" as const, tone: "chip" };
                  return (
                    <span key={flag.kind + flag.text} className={look.tone}>
                      <Icon name={look.icon} />
                      {flagText(flag)}
                    </span>
                  );
                })}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function weeksAgo(weeks: number): string {
  const n = Math.floor(weeks);
  return n === 0 ? t("under 1 week ago") : n === 1 ? t("1 week ago") : t("{n} weeks ago", { n });
}

/** How far the effect has gone, drawn and in words; a missing forecast is said, not drawn as zero. */
function Fading({ row }: { row: TodayRow }) {
  const chance = row.chance_faded;
  if (chance === null)
    return (
      <span className="today-fading">
        <Unknown word={row.last_session ? t("no forecast") : t("not injected yet")} />
      </span>
    );
  const word =
    chance >= 0.8
      ? t("most likely faded")
      : chance >= 0.5
        ? t("likely fading")
        : chance >= 0.2
          ? t("may fade soon")
          : t("holding");
  return (
    <span className="today-fading">
      <svg className="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect className="meter-ground" width={100} height={8} rx={3} />
        <rect
          className={chance >= 0.5 ? "meter-fill meter-fill--late" : "meter-fill"}
          width={Math.max(2, (1 - chance) * 100)}
          height={8}
          rx={3}
        />
      </svg>
      <span>
        {word} <span className="soft small">{t("chance {p}", { p: chanceWord(chance) })}</span>
      </span>
      {row.fading?.low && row.fading.high && (
        <span className="soft small">
          {t("half gone {range}", { range: range(row.fading.low, row.fading.high) })}
        </span>
      )}
    </span>
  );
}
