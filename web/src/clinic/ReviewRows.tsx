/** Rows that a rule uses, each with the clinic's own word beside it: confirmed, corrected or withdrawn, with its source. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get } from "../api/client";
import { useMe, useProducts } from "../api/queries";
import { number } from "../numbers/format";
import { Verified } from "../plan/findings";
import { Icon } from "../shared/Icon";
import { ActError } from "../shared/ActError";
import { NumberField } from "../shared/NumberField";
import { Empty, Failed, Loading } from "../shared/states";
import { useAct } from "../shared/useAct";
import { coded, words } from "../words/names";
import { t } from "../words/words";

interface ReviewRow {
  id: string;
  product: string;
  what: string;
  value: string | null;
  unit: string | null;
  shown: string;
  source: { key: string; grade: string; checked: boolean };
  conditions: string[];
  jurisdictions: string[];
  note: string | null;
  verified: boolean;
  review: { verdict: string; value?: string | null; source?: string; by?: string; name?: string } | null;
}

const VERDICTS = ["confirmed", "corrected", "withdrawn"] as const;

export function ReviewRows() {
  const [product, setProduct] = useState("");
  const [strict, setStrict] = useState(true);
  const products = useProducts();
  const rows = useQuery({
    queryKey: ["reviews", product, strict],
    queryFn: () =>
      get<{ rows: ReviewRow[] }>(
        `/api/reviews/rows?unverified=${strict}${product ? `&product=${encodeURIComponent(product)}` : ""}`,
      ),
    retry: false,
  });
  return (
    <section className="card stack" aria-labelledby="reviews-title">
      <h2 id="reviews-title">{t("Numbers that a rule uses")}</h2>
      <p className="soft">
        {t(
          "Whoever has read the source confirms, corrects or withdraws a number for this clinic. The shipped number stays beside it.",
        )}
      </p>
      <div className="form-line form-line--end">
        <div className="field">
          <label htmlFor="review-product">{t("Product")}</label>
          <select
            id="review-product"
            className="select"
            value={product}
            onChange={(event) => setProduct(event.target.value)}
          >
            <option value="">{t("All")}</option>
            {products.data?.map((one) => (
              <option key={one.id} value={one.id}>
                {one.id}
              </option>
            ))}
          </select>
        </div>
        <label className="tick-line">
          <input type="checkbox" checked={strict} onChange={(event) => setStrict(event.target.checked)} />
          <span>{t("only what nobody has verified")}</span>
        </label>
      </div>
      {rows.isPending && <Loading what={t("the reference")} tall={160} />}
      {rows.isError && <Failed error={rows.error} again={() => void rows.refetch()} />}
      {rows.data?.rows.length === 0 && <Empty>{t("Nothing waits for a review.")}</Empty>}
      <ul className="reviews">
        {rows.data?.rows.slice(0, 60).map((row) => (
          <ReviewItem key={row.id} row={row} />
        ))}
      </ul>
      {(rows.data?.rows.length ?? 0) > 60 && (
        <p className="hint">{t("The first 60 are shown; choose a product.")}</p>
      )}
    </section>
  );
}

function ReviewItem({ row }: { row: ReviewRow }) {
  const me = useMe();
  const [open, setOpen] = useState(false);
  const may = me.data?.role === "pharmacist" || me.data?.role === "injector";
  return (
    <li className="review">
      <div className="row row--between">
        <span>
          <strong className="figures">{row.shown}</strong> {words(row.what)}
          <span className="hint">
            {" "}
            {row.product}
            {row.conditions.length > 0 && ` · ${row.conditions.map(coded).join(", ")}`}
            {row.jurisdictions.length > 0 && ` · ${row.jurisdictions.join(", ")}`} · {row.source.key} (
            {coded(row.source.grade)})
          </span>
        </span>
        <span className="row">
          <Verified ok={row.verified} />
          {may && (
            <button
              type="button"
              className="btn btn--small"
              aria-expanded={open}
              aria-label={`${t("Review")}: ${row.shown}, ${words(row.what)}`}
              onClick={() => setOpen(!open)}
            >
              {t("Review")}
            </button>
          )}
        </span>
      </div>
      {row.review && (
        <p className="small">
          {t("In this clinic")}: {t(row.review.verdict)}
          {row.review.value ? ` ${number(row.review.value)} ${row.unit ?? ""}` : ""} ·{" "}
          {row.review.source ?? ""}
        </p>
      )}
      {open && <ReviewForm row={row} onDone={() => setOpen(false)} />}
    </li>
  );
}

function ReviewForm({ row, onDone }: { row: ReviewRow; onDone: () => void }) {
  const [verdict, setVerdict] = useState<(typeof VERDICTS)[number]>("confirmed");
  const [value, setValue] = useState<string | null>(row.value);
  const [source, setSource] = useState("");
  const [waits, setWaits] = useState(false);
  const act = useAct();
  const save = async () => {
    const body = {
      row_id: row.id,
      verdict,
      source: source.trim(),
      ...(verdict === "corrected" ? { value } : {}),
    };
    const told = await act.run<{ needs_second?: boolean }>("/api/reviews", body, ["reviews"]);
    if (told?.needs_second) setWaits(true);
    else if (told) onDone();
  };
  if (waits)
    return (
      <p className="note-box note-box--check" role="status">
        <Icon name="clock" />
        {t("Saved. It counts when a second person has read the source and agreed, in the list above.")}
      </p>
    );
  return (
    <div className="stack stack--tight review-form">
      <div className="segments" role="group" aria-label={t("Verdict")}>
        {VERDICTS.map((one) => (
          <button key={one} type="button" aria-pressed={verdict === one} onClick={() => setVerdict(one)}>
            {t(one)}
          </button>
        ))}
      </div>
      <div className="form-line form-line--end">
        {verdict === "corrected" && (
          <NumberField label={t("Right number")} unit={row.unit ?? ""} value={value} onChange={setValue} />
        )}
        <div className="field">
          <label htmlFor={`source-${row.id}`}>{t("What was read: title, page or section, date")}</label>
          <input
            id={`source-${row.id}`}
            className="input"
            autoComplete="off"
            value={source}
            onChange={(event) => setSource(event.target.value)}
          />
        </div>
        <button
          type="button"
          className="btn btn--main"
          disabled={act.busy || source.trim().length < 3 || (verdict === "corrected" && value === null)}
          onClick={() => void save()}
        >
          {t("Save the review")}
        </button>
      </div>
      <ActError error={act.error} />
    </div>
  );
}
