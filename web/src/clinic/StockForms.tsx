/** What comes in and what is thrown away; every unit that leaves has its reason. */
import { useState, type FormEvent } from "react";
import { useMe, useProducts } from "../api/queries";
import { shown } from "../numbers/dates";
import { units } from "../numbers/format";
import { readCarton } from "../numbers/gs1";
import { ActError } from "../shared/ActError";
import { NumberField } from "../shared/NumberField";
import { useAct } from "../shared/useAct";
import { t } from "../words/words";

export function ReceiveForm() {
  const products = useProducts();
  const [product, setProduct] = useState("");
  const [size, setSize] = useState("");
  const [lot, setLot] = useState("");
  const [expires, setExpires] = useState("");
  const [count, setCount] = useState<string | null>("1");
  const [told, setTold] = useState("");
  const act = useAct();
  const row = products.data?.find((one) => one.id === product);
  const sizes = (row?.vial_units ?? []).map(String);
  const scanned = () => {
    const carton = readCarton(lot);
    if (!carton) return;
    setLot(carton.lot ?? "");
    if (carton.expires) setExpires(carton.expires);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = { product, units: size || sizes[0], lot: lot.trim(), expires, count: Number(count ?? "1") };
    const done = await act.run("/api/stock/vials", body, ["stock"]);
    if (!done) return;
    setTold(t("Taken into stock: {n} of lot {lot}.", { n: count ?? "1", lot: lot.trim() }));
    setLot("");
    setExpires("");
    setCount("1");
  };
  return (
    <form
      className="card stack stack--tight"
      onSubmit={(event) => void submit(event)}
      aria-labelledby="in-title"
    >
      <h2 id="in-title">{t("Vials that came in")}</h2>
      <div className="form-line">
        <div className="field">
          <label htmlFor="in-product">{t("Product")}</label>
          <select
            id="in-product"
            className="select"
            required
            value={product}
            onChange={(event) => {
              setProduct(event.target.value);
              setSize("");
            }}
          >
            <option value="">{t("Choose")}</option>
            {products.data?.map((one) => (
              <option key={one.id} value={one.id}>
                {one.id}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="in-size">{t("Content")}</label>
          <select
            id="in-size"
            className="select"
            value={size || sizes[0] || ""}
            disabled={sizes.length === 0}
            onChange={(event) => setSize(event.target.value)}
          >
            {sizes.map((one) => (
              <option key={one} value={one}>
                {units(one)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="in-lot">{t("Lot (type or scan)")}</label>
          <input
            id="in-lot"
            className="input"
            required
            autoComplete="off"
            value={lot}
            onChange={(event) => setLot(event.target.value)}
            onBlur={scanned}
          />
        </div>
        <div className="field">
          <label htmlFor="in-expires">
            {t("Expires")} {expires && <span className="soft">{shown(expires)}</span>}
          </label>
          <input
            id="in-expires"
            className="input"
            type="date"
            required
            value={expires}
            onChange={(event) => setExpires(event.target.value)}
          />
        </div>
        <NumberField label={t("How many")} whole step="1" value={count} onChange={setCount} />
        <button type="submit" className="btn btn--main" disabled={act.busy || count === null}>
          {t("Take into stock")}
        </button>
      </div>
      <ActError error={act.error} />
      <p role="status" className="soft">
        {act.error ? "" : told}
      </p>
    </form>
  );
}

/** In the order of how often they are true. */
const REASONS = [
  "rest_of_vial",
  "expired",
  "over_time",
  "session_cancelled",
  "wrongly_made_up",
  "broken",
  "no_vacuum",
  "recalled",
  "lost",
] as const;

export function WasteButton({ vial, of = 1 }: { vial: string; of?: number }) {
  const [open, setOpen] = useState(false);
  const act = useAct();
  if (!open)
    return (
      <button type="button" className="btn btn--quiet btn--small" onClick={() => setOpen(true)}>
        {of > 1 ? t("Throw one away") : t("Throw away")}
      </button>
    );
  return (
    <div className="stack stack--tight">
      <div className="row">
        {REASONS.map((reason) => (
          <button
            key={reason}
            type="button"
            className="btn btn--small"
            disabled={act.busy}
            onClick={() =>
              void act
                .run(`/api/stock/vials/${encodeURIComponent(vial)}/waste`, { reason }, ["stock"])
                .then((done) => done && setOpen(false))
            }
          >
            {t(reason.replaceAll("_", " "))}
          </button>
        ))}
        <button type="button" className="btn btn--quiet btn--small" onClick={() => setOpen(false)}>
          {t("Close")}
        </button>
      </div>
      <ActError error={act.error} />
    </div>
  );
}

export function CloseDay() {
  const act = useAct();
  const me = useMe();
  const [done, setDone] = useState(false);
  if (!me.data) return null;
  return (
    <div className="row">
      <button
        type="button"
        className="btn"
        disabled={act.busy}
        onClick={() =>
          void act.run("/api/stock/close", {}, ["stock"]).then((told) => setDone(told !== undefined))
        }
      >
        {t("End of the day: throw away what is open")}
      </button>
      <span role="status" className="soft">
        {done ? t("Nothing is open any more.") : ""}
      </span>
      <ActError error={act.error} />
    </div>
  );
}
