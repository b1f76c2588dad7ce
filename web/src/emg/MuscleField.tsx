/** The muscle of a channel: typed by any of its names; what is no muscle is said to be none. */
import { useState } from "react";
import type { MuscleRow } from "../api/queries";
import { coded, folded, words } from "../words/names";
import { t } from "../words/words";

/** The muscle that `text` names whole; else the text as an id, which the server refuses with near matches. */
export function muscleOf(muscles: readonly MuscleRow[], text: string): string {
  const typed = folded(text.trim());
  const names = (one: MuscleRow) => [one.id, words(one.id), coded(one.id), one.name, ...one.also];
  const found = muscles.find((one) => names(one).some((name) => folded(name) === typed));
  return found?.id ?? typed.replace(/\s+/g, "_");
}

interface Props {
  label: string;
  muscles: readonly MuscleRow[];
  muscle: string;
  onMuscle: (muscle: string) => void;
}

export function MuscleField({ label, muscles, muscle, onMuscle }: Props) {
  // As it is typed, until it names a muscle and is left.
  const [typed, setTyped] = useState<string | null>(null);
  const isKnown = muscles.some((one) => one.id === muscle);
  return (
    <input
      className="input"
      list="emg-muscles"
      aria-label={label}
      aria-invalid={(muscle !== "" && !isKnown) || undefined}
      placeholder={t("muscle")}
      autoComplete="off"
      value={typed ?? (isKnown ? coded(muscle) : muscle)}
      onChange={(event) => {
        setTyped(event.target.value);
        onMuscle(muscleOf(muscles, event.target.value));
      }}
      onBlur={() => {
        if (isKnown) setTyped(null);
      }}
    />
  );
}
