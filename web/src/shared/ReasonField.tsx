/** Why something in the record is changed: asked for with every change, and kept. */
import { useId } from "react";

/** The server's own least; shorter is no reason. */
export const isReason = (text: string): boolean => text.trim().length >= 3;

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function ReasonField({ label, value, onChange }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        autoComplete="off"
        required
        minLength={3}
        maxLength={500}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
