/** The hands' findings, muscle by muscle. "Not examined" is an answer of its own and is never taken for "no". */
import type { Assessment, Side } from "../api/types";
import { useMuscles } from "../api/queries";
import { AddMuscle } from "../plan/AddMuscle";
import { Icon } from "../shared/Icon";
import { muscleWord } from "../words/names";
import { t } from "../words/words";

export type Examined = NonNullable<Assessment["examination"]>[number];

const SIGNS = [
  { id: "hypertrophy", label: "enlarged" },
  { id: "pain", label: "painful" },
  { id: "contracture", label: "shortened at rest" },
] as const;

interface Props {
  rows: readonly Examined[];
  onChange: (rows: Examined[]) => void;
}

export function Examination({ rows, onChange }: Props) {
  const muscles = useMuscles();
  const add = (muscle: string, side: Side) => {
    if (!rows.some((row) => row.muscle === muscle && row.side === side))
      onChange([...rows, { muscle, side, hypertrophy: null, pain: null, contracture: null }]);
  };
  return (
    <section className="stack stack--tight" aria-labelledby="examination-title">
      <h3 id="examination-title">{t("Examination")}</h3>
      {rows.map((row, index) => {
        const name = muscleWord(row.muscle, row.side);
        return (
          <fieldset key={`${row.muscle} ${row.side}`} className="posture">
            <legend className="posture-name">{name}</legend>
            <div className="posture-fields">
              {SIGNS.map((sign) => (
                <div key={sign.id} className="field">
                  <label htmlFor={`sign-${index}-${sign.id}`}>{t(sign.label)}</label>
                  <select
                    id={`sign-${index}-${sign.id}`}
                    className="select"
                    value={row[sign.id] == null ? "" : row[sign.id] ? "yes" : "no"}
                    onChange={(event) => {
                      const told = event.target.value;
                      const value = told === "" ? null : told === "yes";
                      onChange(rows.map((one, at) => (at === index ? { ...one, [sign.id]: value } : one)));
                    }}
                  >
                    <option value="">{t("not examined")}</option>
                    <option value="no">{t("no")}</option>
                    <option value="yes">{t("yes")}</option>
                  </select>
                </div>
              ))}
              <button
                type="button"
                className="btn btn--quiet btn--icon"
                aria-label={t("Remove {muscle}", { muscle: name })}
                onClick={() => onChange(rows.filter((_, at) => at !== index))}
              >
                <Icon name="close" />
              </button>
            </div>
          </fieldset>
        );
      })}
      <AddMuscle muscles={muscles.data ?? []} onAdd={add} />
    </section>
  );
}
