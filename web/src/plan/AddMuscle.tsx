/** Add a muscle by typing: a combobox with a list, left and right included in what is typed ("spl r"). */
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { MuscleRow } from "../api/queries";
import type { Side } from "../api/types";
import { Icon } from "../shared/Icon";
import { coded, folded, muscleWord, sideWord } from "../words/names";
import { t } from "../words/words";

interface Choice {
  muscle: string;
  side: Side;
  label: string;
  region: string;
}

/** The side that a word means, in English or in the reader's language: whole, or one or two letters of it. */
const sideOf = (typed: string): Side | null =>
  (["left", "right"] as const).find((side) =>
    [side, folded(sideWord(side))].some((word) => word === typed || word.slice(0, 2).startsWith(typed)),
  ) ?? null;

/** A name as it is looked for: "M. splenius capitis" begins with "splenius". */
const bare = (label: string): string => folded(label).replace(/^mm?\. |^muscles? /, "");

export function choicesOf(muscles: readonly MuscleRow[], text: string): Choice[] {
  const typed = folded(text).trim().split(/\s+/).filter(Boolean);
  if (typed.length === 0) return [];
  const last = typed.at(-1)!;
  const sideTyped = typed.length > 1 ? sideOf(last) : null;
  const parts = sideTyped ? typed.slice(0, -1) : typed;
  const found: Choice[] = [];
  for (const muscle of muscles) {
    const name = folded([muscle.name, muscle.id.replace(/_/g, " "), ...muscle.also].join(" "));
    if (
      !parts.every((part) => name.split(/\s+/).some((word) => word.startsWith(part)) || name.includes(part))
    )
      continue;
    const sides = (muscle.sides?.length ? muscle.sides : (["left", "right"] as Side[])).filter(
      (side) => side !== "both" && (!sideTyped || side === sideTyped || side === "midline"),
    );
    for (const side of sides)
      found.push({
        muscle: muscle.id,
        side,
        label: muscleWord(muscle.id, side),
        region: coded(muscle.region ?? ""),
      });
    if (found.length > 24) break;
  }
  return found.sort(
    (a, b) => Number(bare(b.label).startsWith(parts[0]!)) - Number(bare(a.label).startsWith(parts[0]!)),
  );
}

export function AddMuscle({
  muscles,
  onAdd,
}: {
  muscles: readonly MuscleRow[];
  onAdd: (muscle: string, side: Side) => void;
}) {
  const id = useId();
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const choices = useMemo(() => choicesOf(muscles, text), [muscles, text]);
  const shown = open && choices.length > 0;

  useEffect(() => {
    const slash = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key !== "/" || (/^(INPUT|TEXTAREA)$/.test(target.tagName) && target !== input.current)) {
        if (!(event.key === "/" && target.getAttribute("inputmode"))) return;
      }
      event.preventDefault();
      input.current?.focus();
    };
    window.addEventListener("keydown", slash);
    return () => window.removeEventListener("keydown", slash);
  }, []);
  useEffect(() => {
    if (shown) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [active, shown, id]);

  const take = (choice: Choice | undefined) => {
    if (!choice) return;
    setText("");
    setOpen(false);
    setActive(0);
    onAdd(choice.muscle, choice.side);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setActive(Math.min(active + 1, choices.length - 1));
    else if (event.key === "ArrowUp") setActive(Math.max(active - 1, 0));
    else if (event.key === "Enter") take(choices[active]);
    else if (event.key === "Escape") setOpen(false);
    else return;
    event.preventDefault();
  };
  return (
    <div className="add-muscle">
      <label htmlFor={id} className="label">
        {t("Add a muscle")} <kbd>/</kbd>
      </label>
      <div className="add-muscle-field">
        <Icon name="search" />
        <input
          id={id}
          ref={input}
          className="input"
          role="combobox"
          aria-expanded={shown}
          aria-controls={`${id}-list`}
          aria-activedescendant={shown ? `${id}-${active}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          placeholder={t("Type a name, then l or r")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
            setOpen(true);
          }}
          onKeyDown={keys}
          onBlur={() => setOpen(false)}
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label={t("Muscles")} className="choices" hidden={!shown}>
        {shown &&
          choices.map((choice, index) => (
            <div
              key={`${choice.muscle} ${choice.side}`}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              onPointerDown={(event) => {
                event.preventDefault();
                take(choice);
              }}
            >
              <span>{choice.label}</span>
              <span className="soft small">{choice.region}</span>
            </div>
          ))}
      </div>
      <span className="unseen" role="status">
        {open && text ? t("{n} muscles found", { n: choices.length }) : ""}
      </span>
    </div>
  );
}
