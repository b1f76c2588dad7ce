import { Icon } from "./Icon";

export function ActError({ error }: { error: string | null }) {
  if (!error) return null;
  return (
    <div className="note-box note-box--check" role="alert">
      <Icon name="check" />
      <p>{error}</p>
    </div>
  );
}
