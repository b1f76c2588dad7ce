/** A field for an exact number: point or comma, checked as it is typed, never rounded and never guessed. */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { add, compare, subtract } from "../numbers/decimal";
import { number } from "../numbers/format";
import { t } from "../words/words";
import { parseNumber, refusal } from "../numbers/parse";

interface Props {
  label: string;
  /** What the figure belongs to: read out before the label, and left out where the row says it to the eye. */
  of?: string;
  value: string | null;
  onChange: (value: string | null) => void;
  /** ↑ and ↓ change by this much. */
  step?: string;
  unit?: string;
  hideLabel?: boolean;
  invalid?: boolean;
  describedBy?: string | undefined;
  onEnter?: () => void;
  onKey?: (event: KeyboardEvent<HTMLInputElement>) => void;
  name?: string;
  whole?: boolean;
  optional?: boolean;
}

export function NumberField(props: Props) {
  const {
    label,
    value,
    onChange,
    step,
    unit,
    hideLabel,
    invalid,
    describedBy,
    onEnter,
    onKey,
    whole,
    optional,
  } = props;
  const id = useId();
  const shown = value === null ? "" : number(value);
  const [text, setText] = useState(shown);
  const typed = useRef(false);
  // An empty field is no fault before somebody was in it.
  const [left, setLeft] = useState(false);
  useEffect(() => {
    if (!typed.current) setText(shown);
  }, [shown]);

  const parsed = parseNumber(text);
  const empty = text.trim() === "";
  const wrong =
    empty && optional
      ? null
      : parsed === null
        ? refusal(text)
        : whole && parsed.includes(".")
          ? t("Write a whole number.")
          : null;

  const accept = (next: string) => {
    typed.current = true;
    setText(next);
    const read = parseNumber(next);
    onChange(read !== null && !(whole && read.includes(".")) ? read : null);
  };
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    onKey?.(event);
    if (event.defaultPrevented) return;
    if (event.key === "Enter") {
      event.preventDefault();
      onEnter?.();
    } else if (step && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      const base = parsed ?? "0";
      const next = event.key === "ArrowUp" ? add(base, step) : subtract(base, step);
      accept(compare(next, "0") < 0 ? "0" : next);
    }
  };
  const showWrong = wrong !== null && (!empty || (left && value === null));
  return (
    <div className="field">
      <label htmlFor={id} className={hideLabel ? "unseen" : undefined}>
        {props.of && <span className="label-of">{props.of}: </span>}
        {label}
        {unit ? ` (${unit})` : ""}
      </label>
      <input
        id={id}
        name={props.name}
        className="input input--figure"
        inputMode={whole ? "numeric" : "decimal"}
        autoComplete="off"
        value={text}
        aria-invalid={invalid || showWrong ? true : undefined}
        aria-describedby={[showWrong ? `${id}-wrong` : "", describedBy ?? ""].join(" ").trim() || undefined}
        onChange={(event) => accept(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={() => {
          typed.current = false;
          setLeft(true);
          if (parsed !== null) setText(number(parsed));
        }}
        onKeyDown={keys}
      />
      {showWrong && !empty && (
        <span id={`${id}-wrong`} className="wrong">
          {wrong}
        </span>
      )}
      {showWrong && empty && (
        <span id={`${id}-wrong`} className="wrong">
          {t("Enter a number.")}
        </span>
      )}
    </div>
  );
}
