/** A level cut through the neck: the toxin as a shade, the muscles and the structures at risk as outlines. */
import { useEffect, useId, useRef, useState } from "react";
import type { Plan } from "../api/types";
import { Failed } from "../shared/states";
import { muscleWord } from "../words/names";
import { t } from "../words/words";
import { place, turned } from "./place";
import { levels, sliceAt, type Outline, type Slice } from "./simulation";

/** Edges of the drawing around the grid, in millimetres. */
const BOX = { left: -92, top: -92, width: 184, height: 164 };

export function NeckSlice({ plan }: { plan: Plan }) {
  const [height, setHeight] = useState<number | null>(null);
  const [slice, setSlice] = useState<Slice | null>(null);
  const [error, setError] = useState<unknown>(null);
  const text = JSON.stringify(plan);
  useEffect(() => {
    const abort = new AbortController();
    sliceAt(JSON.parse(text) as Plan, height, abort.signal)
      .then((found) => {
        setSlice(found);
        setError(null);
      })
      .catch((reason: unknown) => {
        if (!(reason instanceof DOMException && reason.name === "AbortError")) setError(reason);
      });
    return () => abort.abort();
  }, [text, height]);
  if (error) return <Failed error={error} />;
  if (!slice) return <div className="slice-wait" />;
  return <Drawn slice={slice} onHeight={setHeight} />;
}

function Drawn({ slice, onHeight }: { slice: Slice; onHeight: (height: number) => void }) {
  const id = useId();
  const [named, setNamed] = useState<string | null>(null);
  const steps = levels(slice.heights_mm);
  const at = steps.reduce(
    (best, height, index) =>
      Math.abs(height - slice.height_mm) < Math.abs(steps[best]! - slice.height_mm) ? index : best,
    0,
  );
  const nameOf = (outline: Outline) =>
    muscleWord(outline.structure, outline.kind === "risk" ? null : outline.side);
  const risks = [...new Set(slice.outlines.filter((o) => o.kind === "risk").map(nameOf))];
  const told = t("Cut through the neck; in it lie {injected}, and at risk {risks}.", {
    injected:
      [...new Set(slice.outlines.filter((o) => o.kind === "injected").map(nameOf))].join(", ") || t("none"),
    risks: risks.join(", ") || t("none"),
  });
  return (
    <figure className="slice">
      <div className="map-edges" aria-hidden="true">
        <strong>{t("Patient's right")}</strong>
        <span className="soft small">{t("front")}</span>
        <strong>{t("Patient's left")}</strong>
      </div>
      <div className="slice-box">
        <Shade slice={slice} />
        <svg
          viewBox={`${BOX.left} ${BOX.top} ${BOX.width} ${BOX.height}`}
          role="img"
          aria-label={told}
          className="slice-lines"
        >
          {["muscle", "risk", "injected"].flatMap((kind) =>
            slice.outlines
              .filter((outline) => outline.kind === kind)
              .map((outline, index) => {
                const { x, y } = place(outline.front_mm, outline.right_mm);
                return (
                  <ellipse
                    key={`${kind}-${index}`}
                    className={`slice-${kind}`}
                    data-structure={outline.structure}
                    data-side={outline.side ?? ""}
                    rx={outline.long_mm}
                    ry={outline.short_mm}
                    transform={`translate(${x} ${y}) rotate(${turned(outline.turn_deg)})`}
                    onPointerEnter={() => setNamed(nameOf(outline))}
                    onPointerLeave={() => setNamed(null)}
                  />
                );
              }),
          )}
          {slice.needles
            .filter((needle) => Math.abs(needle.above_mm) <= 8)
            .map((needle, index) => {
              const { x, y } = place(needle.front_mm, needle.right_mm);
              return <path key={index} className="slice-needle" d={`M${x - 2} ${y}h4M${x} ${y - 2}v4`} />;
            })}
        </svg>
      </div>
      <p className="map-name small" aria-hidden="true">
        {named ?? t("back")}
      </p>
      {steps.length > 1 && (
        <div className="field">
          <label htmlFor={id}>{t("Level of the cut, from the head down")}</label>
          <input
            id={id}
            type="range"
            min={0}
            max={steps.length - 1}
            step={1}
            value={at}
            aria-valuetext={t("level {n} of {all}", { n: at + 1, all: steps.length })}
            onChange={(event) => onHeight(steps[Number(event.target.value)]!)}
          />
        </div>
      )}
      <figcaption className="hint">
        {t("Darkest: {n} units of {product} in a millilitre, bound. Thick: injected; dashed: at risk.", {
          n: String(Math.round(slice.largest_units_per_ml * 10) / 10),
          product: slice.product,
        })}
      </figcaption>
    </figure>
  );
}

/** The shade is painted on a small bitmap and stretched by the browser: five thousand rectangles would be slow. */
function Shade({ slice }: { slice: Slice }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const rows = slice.units_per_ml.length;
  const columns = slice.units_per_ml[0]?.length ?? 0;
  useEffect(() => {
    const node = canvas.current;
    const pen = node?.getContext("2d");
    if (!node || !pen || rows === 0 || columns === 0) return;
    // The theme's colour, as bytes: the canvas itself turns any notation of a colour into them.
    pen.fillStyle = getComputedStyle(node).color;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
    const image = pen.createImageData(columns, rows);
    for (let row = 0; row < rows; row += 1)
      for (let column = 0; column < columns; column += 1) {
        const share = slice.units_per_ml[row]![column]! / (slice.largest_units_per_ml || 1);
        // Front at the top and the patient's right at the left: both axes are turned.
        const index = 4 * ((rows - 1 - row) * columns + (columns - 1 - column));
        image.data.set([red ?? 0, green ?? 0, blue ?? 0, Math.round(225 * Math.sqrt(share))], index);
      }
    pen.putImageData(image, 0, 0);
  }, [slice, rows, columns]);
  const last = place(
    slice.front_mm + (rows - 0.5) * slice.edge_mm,
    slice.right_mm + (columns - 0.5) * slice.edge_mm,
  );
  const share = (value: number, of: number) => `${(100 * value) / of}%`;
  return (
    <canvas
      ref={canvas}
      className="slice-shade"
      width={columns}
      height={rows}
      aria-hidden="true"
      style={{
        left: share(last.x - BOX.left, BOX.width),
        top: share(last.y - BOX.top, BOX.height),
        width: share(columns * slice.edge_mm, BOX.width),
        height: share(rows * slice.edge_mm, BOX.height),
      }}
    />
  );
}
