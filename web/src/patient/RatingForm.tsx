import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { get } from "../api/client";
import type { Chart } from "../api/types";
import { today } from "../numbers/dates";
import { NumberField } from "../shared/NumberField";
import { DateField, Told, useSend } from "../shared/sending";
import { words } from "../words/names";
import { t } from "../words/words";

interface ScaleRow {
  id: string;
  name: string;
  version: string | null;
  higher_is: string | null;
  minimum: number | null;
  maximum: number | null;
}

/** A rating by its total; the range is the scale's own, read from the reference. */
export function RatingForm({ id, chart }: { id: string; chart: Chart }) {
  const { answer, send } = useSend(id, "ratings");
  const scales = useQuery({
    queryKey: ["scales"],
    queryFn: () => get<ScaleRow[]>("/api/reference/scales"),
    staleTime: Infinity,
  });
  const [scale, setScale] = useState(chart.ratings.at(-1)?.scale ?? "twstrs");
  const [date, setDate] = useState(today());
  const [total, setTotal] = useState<string | null>(null);
  const known = scales.data?.find((row) => row.id === scale);
  const low = known?.minimum ?? null;
  const high = known?.maximum ?? null;
  const outside =
    total !== null && ((low !== null && Number(total) < low) || (high !== null && Number(total) > high));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (total !== null && !outside && (await send({ date, scale, total }))) setTotal(null);
  };
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)} aria-labelledby="rating-title">
      <h2 id="rating-title">{t("Rating")}</h2>
      <div className="form-line">
        <div className="field">
          <label htmlFor="rating-scale">{t("Scale")}</label>
          <select
            id="rating-scale"
            className="select"
            value={scale}
            onChange={(event) => setScale(event.target.value)}
          >
            {!known && <option value={scale}>{words(scale)}</option>}
            {scales.data?.map((row) => (
              <option key={row.id} value={row.id}>
                {row.id.length <= 7 ? `${row.id.toUpperCase()} · ${t(row.name)}` : t(row.name)}
              </option>
            ))}
          </select>
        </div>
        <DateField id="rating-date" value={date} onChange={setDate} />
        <NumberField label={t("Total")} value={total} onChange={setTotal} optional invalid={outside} />
      </div>
      <p className={outside ? "wrong" : "hint"} role={outside ? "alert" : undefined}>
        {low !== null && high !== null
          ? t("{low} to {high}; a higher total is {word}", {
              low,
              high,
              word: t(known?.higher_is ?? "unknown"),
            })
          : "\u00a0"}
      </p>
      <div className="row">
        <button type="submit" className="btn" disabled={total === null || outside || answer.kind === "busy"}>
          {t("Save the rating")}
        </button>
        <Told answer={answer} />
      </div>
    </form>
  );
}
