/** Vials in the house: what expires first stands first; wasted and lost units are told, never hidden in a sum of products. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { ApiError, get } from "../api/client";
import { daysBetween, shown, today } from "../numbers/dates";
import { units } from "../numbers/format";
import { Icon } from "../shared/Icon";
import { Empty, Failed, Loading, Unknown } from "../shared/states";
import { useTitle } from "../shared/useTitle";
import { FindingWords } from "../plan/findings";
import { words } from "../words/names";
import { t } from "../words/words";
import { stockLines, type StockVial } from "./stockRows";
import { CloseDay, ReceiveForm, WasteButton } from "./StockForms";

interface Balance {
  product: string;
  received?: string | null;
  used?: string | null;
  wasted?: string | null;
  on_hand?: string | null;
}

/** "expired", "in 12 days" or nothing: what matters to the one who takes a vial from the shelf. */
function Expiry({ date }: { date: string | null }) {
  if (!date) return <Unknown />;
  const days = daysBetween(today(), date);
  return (
    <>
      {shown(date)}{" "}
      {days < 0 ? (
        <span className="chip chip--stop">
          <Icon name="stop" />
          {t("expired")}
        </span>
      ) : days <= 60 ? (
        <span className="chip chip--check">
          <Icon name="clock" />
          {t("in {n} days", { n: days })}
        </span>
      ) : null}
    </>
  );
}

export function StockPage() {
  useTitle("Stock");
  const stock = useQuery({
    queryKey: ["stock"],
    queryFn: () => get<{ rows: StockVial[]; balances?: Balance[] }>("/api/stock"),
    retry: false,
  });
  const rows = stockLines(stock.data?.rows ?? []);
  const missing = stock.error instanceof ApiError && [404, 503].includes(stock.error.status);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <div>
          <h1>{t("Stock")}</h1>
          <p className="soft">{t("What expires first stands first.")}</p>
        </div>
        <Link href="/recall" className="btn">
          {t("Recall of a lot")}
        </Link>
      </div>
      {stock.data && <ReceiveForm />}
      {stock.isPending && <Loading what={t("the stock")} tall={200} />}
      {missing ? (
        <Empty>
          {t(
            "This clinic keeps no stock list here. Vials are recorded with their lot when a session is signed.",
          )}
        </Empty>
      ) : (
        stock.isError && <Failed error={stock.error} again={() => void stock.refetch()} />
      )}
      {stock.data && rows.length === 0 && <Empty>{t("No vial in stock.")}</Empty>}
      {rows.length > 0 && (
        <div className="card">
          <div className="scroll-x" tabIndex={0} role="region" aria-label={t("Vials")}>
            <table className="data-table">
              <thead>
                <tr>
                  <th scope="col">{t("Product")}</th>
                  <th scope="col" className="num">
                    {t("Vials")}
                  </th>
                  <th scope="col" className="num">
                    {t("Content of each")}
                  </th>
                  <th scope="col">{t("Lot")}</th>
                  <th scope="col">{t("Expires")}</th>
                  <th scope="col">{t("State")}</th>
                  <th scope="col">
                    <span className="unseen">{t("Throw away")}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ key, first: vial, count }) => (
                  <tr key={key}>
                    <td>{vial.product}</td>
                    <td className="num figures">{count}</td>
                    <td className="num nowrap">{vial.units === null ? <Unknown /> : units(vial.units)}</td>
                    <td>
                      {vial.lot ? (
                        <Link href={`/recall?lot=${encodeURIComponent(vial.lot)}`}>{vial.lot}</Link>
                      ) : (
                        <Unknown />
                      )}
                    </td>
                    <td className="nowrap">
                      <Expiry date={vial.expires} />
                    </td>
                    <td>
                      {vial.state === "unopened" || vial.left === null
                        ? t(words(vial.state))
                        : t("Open, {units} left", { units: units(vial.left) })}
                      {vial.findings?.map((finding) => (
                        <p key={finding.rule} className="hint">
                          <FindingWords finding={finding} />
                        </p>
                      ))}
                    </td>
                    <td className="cell-act">
                      {vial.vial_id && <WasteButton vial={vial.vial_id} of={count} />}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
      {(stock.data?.balances?.length ?? 0) > 0 && (
        <>
          <Balances rows={stock.data!.balances!} />
          <CloseDay />
        </>
      )}
    </main>
  );
}

/** Received is used, wasted and on hand: the sums meet, or somebody has to look. */
function Balances({ rows }: { rows: readonly Balance[] }) {
  const cell = (value: string | null | undefined) => (value == null ? <Unknown /> : units(value));
  return (
    <div className="card">
      <h2 id="balance-title">{t("Sums that meet")}</h2>
      <div className="scroll-x" tabIndex={0} role="region" aria-labelledby="balance-title">
        <table className="data-table">
          <thead>
            <tr>
              <th scope="col">{t("Product")}</th>
              {[t("Received"), t("Used"), t("Wasted"), t("On hand")].map((name) => (
                <th key={name} scope="col" className="num">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.product}>
                <th scope="row">{row.product}</th>
                <td className="num nowrap">{cell(row.received)}</td>
                <td className="num nowrap">{cell(row.used)}</td>
                <td className="num nowrap">{cell(row.wasted)}</td>
                <td className="num nowrap">{cell(row.on_hand)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
