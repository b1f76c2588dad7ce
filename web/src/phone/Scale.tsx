/** 0 to 10 as eleven large buttons with words at both ends; one tap chooses, nothing has to be dragged or timed. */
import { useRef, type KeyboardEvent } from "react";

interface Props {
  name: string;
  labelledBy: string;
  low: string;
  high: string;
  value: number | null;
  onChange: (value: number) => void;
}

const NUMBERS = Array.from({ length: 11 }, (_, n) => n);

export function Scale({ name, labelledBy, low, high, value, onChange }: Props) {
  const group = useRef<HTMLDivElement>(null);
  const keys = (event: KeyboardEvent, at: number) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(10, at + step));
    onChange(next);
    group.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div>
      <div ref={group} className="scale" role="radiogroup" aria-labelledby={labelledBy}>
        {NUMBERS.map((n) => (
          <button
            key={n}
            type="button"
            role="radio"
            name={name}
            aria-checked={value === n}
            aria-label={n === 0 ? `0, ${low}` : n === 10 ? `10, ${high}` : String(n)}
            tabIndex={value === n || (value === null && n === 0) ? 0 : -1}
            className="scale-button"
            onClick={() => onChange(n)}
            onKeyDown={(event) => keys(event, n)}
          >
            {n}
          </button>
        ))}
      </div>
      <div className="scale-ends" aria-hidden="true">
        <span>0 {low}</span>
        <span>{high} 10</span>
      </div>
    </div>
  );
}
