/**
 * The neck to turn around: muscles as the ellipsoids of the model, structures at risk, the needles of the plan and the clouds
 * of its toxin. Drawn as plain shapes in the order of their depth, so that it needs no graphics card; a table says the same.
 */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import type { Plan } from "../api/types";
import { number, units } from "../numbers/format";
import { useSettled } from "../shared/useSettled";
import { Failed, Loading } from "../shared/states";
import { muscleWord } from "../words/names";
import { t } from "../words/words";
import "../styles/neck.css";
import {
  axesOf,
  outline,
  project,
  VIEWS,
  type Axes,
  type Camera,
  type Ellipsoid,
  type Vector,
} from "./camera";
import { cloud, neighbours, sceneOf, type Body, type Scene } from "./scene";

/** The middle of the neck model and what is shown around it, in mm. */
const MIDDLE: Vector = [6, 578, 0];
const HALF = 112;
const ZOOMS = [1, 1.4, 2, 2.8] as const;
const LAYERS = [
  ["others", "Other muscles"],
  ["risks", "Structures at risk"],
  ["clouds", "Spread of the toxin"],
  ["lines", "Lines of pull"],
] as const;
type Layer = (typeof LAYERS)[number][0];

/** Only what the drawing depends on. */
const essence = (plan: Plan) => JSON.stringify([plan.product, plan.injections]);

export function NeckView({ plan }: { plan: Plan }) {
  const wanted = useSettled(essence(plan), 250);
  const scene = useQuery({
    queryKey: ["neck", wanted],
    queryFn: ({ signal }) => sceneOf(plan, signal),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    retry: false,
  });
  if (scene.isError) return <Failed error={scene.error} again={() => void scene.refetch()} />;
  if (!scene.data) return <Loading what={t("the drawing")} tall={420} />;
  return (
    <Shown scene={scene.data} old={scene.isFetching || essence(plan) !== wanted} product={plan.product} />
  );
}

function Shown({ scene, old, product }: { scene: Scene; old: boolean; product: string }) {
  const [camera, setCamera] = useState<Camera>({ yaw: 180, pitch: 8 });
  const [zoom, setZoom] = useState(0);
  const [layers, setLayers] = useState<ReadonlySet<Layer>>(new Set(["others", "risks", "clouds"]));
  const [named, setNamed] = useState<string | null>(null);
  const toggle = (layer: Layer) => {
    const next = new Set(layers);
    if (!next.delete(layer)) next.add(layer);
    setLayers(next);
  };
  const turn = (yaw: number, pitch: number) =>
    setCamera((before) => ({
      yaw: (((before.yaw + yaw) % 360) + 360) % 360,
      pitch: Math.max(-80, Math.min(80, before.pitch + pitch)),
    }));
  return (
    <div className="neck-grid" aria-busy={old} data-testid="neck">
      <div className="stack stack--tight">
        <div className="row">
          <div className="segments" role="group" aria-label={t("Seen from")}>
            {VIEWS.map(({ yaw, label }) => (
              <button
                key={yaw}
                type="button"
                aria-pressed={camera.yaw === yaw}
                onClick={() => setCamera({ yaw, pitch: 8 })}
              >
                {t(label)}
              </button>
            ))}
          </div>
          <div className="segments" role="group" aria-label={t("Size of the drawing")}>
            <button
              type="button"
              disabled={zoom === 0}
              onClick={() => setZoom(zoom - 1)}
              aria-label={t("Smaller")}
            >
              −
            </button>
            <button
              type="button"
              disabled={zoom === ZOOMS.length - 1}
              onClick={() => setZoom(zoom + 1)}
              aria-label={t("Larger")}
            >
              +
            </button>
          </div>
        </div>
        <Stage
          camera={camera}
          zoom={ZOOMS[zoom]!}
          onTurn={turn}
          scene={scene}
          layers={layers}
          onNamed={setNamed}
        />
        <p className="map-name small" aria-hidden="true">
          {named ?? t("Drag to turn; arrow keys turn too.")}
        </p>
        <div className="row">
          {LAYERS.map(([layer, label]) => (
            <label key={layer} className="tick-line tick-line--short">
              <input type="checkbox" checked={layers.has(layer)} onChange={() => toggle(layer)} />
              <span>{t(label)}</span>
            </label>
          ))}
        </div>
      </div>
      <InWords scene={scene} product={product} />
    </div>
  );
}

interface StageProps {
  camera: Camera;
  zoom: number;
  onTurn: (yaw: number, pitch: number) => void;
  scene: Scene;
  layers: ReadonlySet<Layer>;
  onNamed: (name: string | null) => void;
}

function Stage({ camera, zoom, onTurn, scene, layers, onNamed }: StageProps) {
  const axes = useMemo(() => axesOf(camera), [camera]);
  const from = useRef<{ x: number; y: number } | null>(null);
  const keys = (event: KeyboardEvent) => {
    const step = event.shiftKey ? 30 : 10;
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[
      event.key
    ];
    if (!by) return;
    event.preventDefault();
    onTurn(by[0]!, by[1]!);
  };
  const move = (event: PointerEvent) => {
    if (!from.current) return;
    onTurn((event.clientX - from.current.x) * -0.6, (event.clientY - from.current.y) * 0.4);
    from.current = { x: event.clientX, y: event.clientY };
  };
  const half = HALF / zoom;
  const sides = (["right", "left"] as const).map((side) => {
    const at = project([0, 0, side === "right" ? 1 : -1], axes);
    return { side, x: at.x };
  });
  return (
    <div
      className="neck-stage"
      tabIndex={0}
      role="slider"
      aria-label={t("The neck in three dimensions: arrow keys turn it. The table says the same.")}
      aria-valuemin={0}
      aria-valuemax={360}
      aria-valuenow={Math.round(camera.yaw)}
      aria-valuetext={t("{degrees} degrees around from the front", { degrees: Math.round(camera.yaw) })}
      onKeyDown={keys}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={move}
      onPointerUp={() => (from.current = null)}
      onPointerCancel={() => (from.current = null)}
    >
      <div className="map-edges" aria-hidden="true">
        {(["left", "right"] as const).map((edge) => {
          // The side of the patient that lies on this edge of the screen; seen from one side, neither does.
          const here = sides.find(({ x }) => (edge === "left" ? x < -0.35 : x > 0.35));
          return (
            <strong key={edge}>
              {here ? t(here.side === "right" ? "Patient's right" : "Patient's left") : ""}
            </strong>
          );
        })}
      </div>
      <svg viewBox={`${-half} ${-half} ${2 * half} ${2 * half}`} aria-hidden="true" className="neck-svg">
        <Shadings />
        <Bodies axes={axes} scene={scene} layers={layers} onNamed={onNamed} />
      </svg>
    </div>
  );
}

/** Light from the upper left: what makes a flat ellipse look round. */
function Shadings() {
  return (
    <defs>
      {["muscle", "injected", "risk", "bone"].map((kind) => (
        <radialGradient key={kind} id={`neck-${kind}`} cx="0.36" cy="0.3" r="0.8">
          <stop offset="0" className={`neck-stop neck-stop--${kind} neck-stop--light`} />
          <stop offset="1" className={`neck-stop neck-stop--${kind}`} />
        </radialGradient>
      ))}
      <radialGradient id="neck-cloud">
        <stop offset="0" className="neck-stop neck-stop--cloud" stopOpacity={0.75} />
        <stop offset="0.5" className="neck-stop neck-stop--cloud" stopOpacity={0.45} />
        <stop offset="1" className="neck-stop neck-stop--cloud" stopOpacity={0.06} />
      </radialGradient>
    </defs>
  );
}

interface Drawn {
  near: number;
  node: ReactNode;
}

function Bodies({
  axes,
  scene,
  layers,
  onNamed,
}: Pick<StageProps, "scene" | "layers" | "onNamed"> & { axes: Axes }) {
  const at = (point: Vector) =>
    project([point[0] - MIDDLE[0], point[1] - MIDDLE[1], point[2] - MIDDLE[2]], axes);
  const drawn: Drawn[] = [];
  const ellipse = (key: string, body: Ellipsoid, kind: string, name: string | null, before = 0) => {
    const { x, y, near } = at(body.centre_mm);
    const { long, short, turn } = outline(body, axes);
    drawn.push({
      near: near + before,
      node: (
        <ellipse
          key={key}
          className={`neck-${kind}`}
          rx={long}
          ry={short}
          transform={`translate(${x.toFixed(2)} ${y.toFixed(2)}) rotate(${turn.toFixed(2)})`}
          data-name={name ?? undefined}
          onPointerEnter={name ? () => onNamed(name) : undefined}
          onPointerLeave={name ? () => onNamed(null) : undefined}
        />
      ),
    });
  };
  const injected = new Set(scene.needles.map((needle) => `${needle.muscle} ${needle.side}`));
  scene.vertebrae_mm.forEach((point, index) =>
    ellipse(
      `bone-${index}`,
      { centre_mm: point, axis: [0, 1, 0], long_mm: 9, short_mm: 9 },
      "bone",
      t("Vertebra C{n}", { n: index + 1 }),
    ),
  );
  scene.muscles.forEach((body, index) => {
    const own = injected.has(`${body.name} ${body.side}`);
    if (own || layers.has("others"))
      ellipse(`muscle-${index}`, body, own ? "injected" : "muscle", muscleWord(body.name, body.side));
  });
  if (layers.has("risks"))
    scene.risks.forEach((body, index) => ellipse(`risk-${index}`, body, "risk", riskName(body)));
  if (layers.has("clouds"))
    scene.needles.forEach((needle, index) => {
      const wide = cloud(needle, scene.shares.length - 1);
      // In front of its own muscle, which would hide it.
      if (wide) ellipse(`cloud-${index}`, wide, "cloud", null, 14);
    });
  if (layers.has("lines"))
    scene.lines.forEach(({ muscle, side, points_mm }, index) => {
      const points = points_mm.map(at);
      const near = points.reduce((sum, point) => sum + point.near, 0) / points.length;
      const text = points.map((point) => `${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join("L");
      const own = injected.has(`${muscle} ${side}`);
      drawn.push({
        near,
        node: (
          <path key={`line-${index}`} d={`M${text}`} className={own ? "neck-line is-own" : "neck-line"} />
        ),
      });
    });
  drawn.sort((a, b) => a.near - b.near);
  return (
    <>
      {drawn.map(({ node }) => node)}
      {scene.needles.map((needle, index) => {
        const { x, y } = at(needle.at_mm);
        return <circle key={index} className="neck-needle" cx={x} cy={y} r={2} data-side={needle.side} />;
      })}
    </>
  );
}

const riskName = (body: Body) =>
  `${muscleWord(body.name, body.side)}${body.effect ? ` (${t(body.effect)})` : ""}`;

function InWords({ scene, product }: { scene: Scene; product: string }) {
  const lines = neighbours(scene);
  return (
    <div className="stack stack--tight">
      {lines.length === 0 ? (
        <p className="soft">{t("No injection of this plan lies in a muscle of the neck model.")}</p>
      ) : (
        <div className="scroll-x" tabIndex={0} role="region" aria-label={t("What lies next to the needles")}>
          <table className="data-table">
            <thead>
              <tr>
                <th scope="col">{t("Muscle")}</th>
                <th scope="col" className="num">
                  {t("Needles")}
                </th>
                <th scope="col" className="num">
                  {t("Dose")}
                </th>
                <th scope="col">{t("Nearest structure at risk")}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={`${line.muscle} ${line.side}`}>
                  <th scope="row">{muscleWord(line.muscle, line.side)}</th>
                  <td className="num figures">{line.sites}</td>
                  <td className="num nowrap">{units(number(line.units.toFixed(1)))}</td>
                  <td>
                    {line.nearest && (
                      <>
                        {riskName(line.nearest)}:{" "}
                        <span className="figures nowrap">
                          {t("{n} mm from the needle", { n: Math.round(line.away_mm) })}
                        </span>
                      </>
                    )}
                    {line.within.length > 0 && (
                      <p className="hint">
                        {t("within the cloud of nine tenths: {names}", {
                          names: line.within.map(riskName).join(", "),
                        })}
                      </p>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p className="hint">
        {scene.why_no_spread ??
          t(
            "The clouds hold nine tenths of what is bound of {product}, by the model at its middle parameters.",
            {
              product,
            },
          )}
      </p>
      <p className="hint">
        {t(
          "A model of one neck, not of this patient: needles stand at the endplates of each belly, and the places of the structures at risk are not checked.",
        )}
      </p>
    </div>
  );
}
