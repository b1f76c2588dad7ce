/** Responses to stimuli of a nerve and to passive stretches; what does not stand out of the noise is said to be absent. */
import { muscleWord } from "../words/names";
import { t } from "../words/words";
import { estimate, figure, type Estimate, type EvokedReport, type StretchReport } from "./report";

export function Reflexes({
  evoked,
  stretches,
}: {
  evoked: readonly EvokedReport[];
  stretches: readonly StretchReport[];
}) {
  return (
    <>
      {evoked.length > 0 && (
        <section className="card" aria-labelledby="evoked-title">
          <h2 id="evoked-title">{t("Responses to stimuli")}</h2>
          <div className="scroll-x" tabIndex={0} role="region" aria-labelledby="evoked-title">
            <table className="data-table">
              <thead>
                <tr>
                  <th scope="col">{t("Channel")}</th>
                  <th scope="col" className="num">
                    {t("Stimuli")}
                  </th>
                  <th scope="col">{t("M wave")}</th>
                  <th scope="col">{t("Late wave (H reflex)")}</th>
                </tr>
              </thead>
              <tbody>
                {evoked.map((one) => (
                  <tr key={one.channel}>
                    <th scope="row">
                      {one.channel}
                      {one.muscle && <span className="hint"> {muscleWord(one.muscle, one.side)}</span>}
                    </th>
                    <td className="num">{one.stimuli}</td>
                    <td>
                      <Wave
                        size={one.m_wave}
                        latency={one.m_wave_latency_ms}
                        noise={one.noise_m_wave}
                        unit={one.unit}
                      />
                    </td>
                    <td>
                      <Wave
                        size={one.late_wave}
                        latency={one.late_wave_latency_ms}
                        noise={one.noise_late_wave}
                        unit={one.unit}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {stretches.length > 0 && (
        <section className="card" aria-labelledby="reflex-title">
          <h2 id="reflex-title">{t("Passive stretches")}</h2>
          <ul className="stack stack--tight">
            {stretches.map(({ channel, muscle, side, found }) => (
              <li key={channel}>
                <strong>{muscle ? muscleWord(muscle, side) : channel}</strong>:{" "}
                {t("{answered} of {n} stretches answered", { answered: found.answered, n: found.stretches })}
                {found.catch_deg !== null &&
                  `; ${t("catch at {angle}", { angle: figure(found.catch_deg, "°") })}`}
                {found.threshold_deg !== null && (
                  <>
                    {`; ${t("threshold {angle}", { angle: estimate(found.threshold_deg, "°") })}`}
                    <span className="hint"> {t("too uncertain for the change of one patient")}</span>
                  </>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Wave({
  size,
  latency,
  noise,
  unit,
}: {
  size: Estimate | null;
  latency: number | null;
  noise: number | null;
  unit: string;
}) {
  if (size === null) return <span className="soft">{t("under five responses")}</span>;
  const shown = unit === "uV" ? "µV" : unit;
  return (
    <span className="figures">
      {latency === null ? t("none") : estimate(size, shown)}
      <span className="hint">
        {" "}
        {latency === null
          ? t("{size}, and {noise} before the stimulus", {
              size: estimate(size, shown),
              noise: figure(noise, shown),
            })
          : t("after {n} ms", { n: latency.toFixed(1) })}
      </span>
    </span>
  );
}
