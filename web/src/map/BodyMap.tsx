/** The body map: front and back, neck, face. Shows what is planned or given; a tap or Enter chooses a muscle. */
import { useQuery } from "@tanstack/react-query";
import { useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { Side } from "../api/types";
import { Icon } from "../shared/Icon";
import { coded, muscleWord, sideWord } from "../words/names";
import { t } from "../words/words";
import { OUTLINES } from "./outlines";
import { readDrawing, targetsOf, type Shape, type Target } from "./drawing";
import { siteAdded, SiteHandles } from "./SiteHandles";
import type { Site } from "./sites";
import type { Mark } from "./mark";
import { DEEP, hasLayers, VIEWS, type View } from "./views";

interface Props {
  marks: readonly Mark[];
  regions: Record<string, string[]>;
  lit: string | null;
  onLight?: (key: string | null) => void;
  onChoose?: (muscle: string, side: Side) => void;
  /** Single sites can be set: called with all sites of a muscle on one view. */
  onSites?: (mark: Mark, view: string, sites: Site[]) => void;
  view: string;
  onView: (view: string) => void;
}

async function loadDrawing(file: string): Promise<string> {
  const response = await fetch(`/api/reference/bodymap/${file}.svg`);
  if (!response.ok) throw new Error(t("The drawing could not be loaded."));
  return response.text();
}

const covers = (mark: Mark, muscle: string, side: Side) =>
  mark.muscle === muscle &&
  (mark.side === side || mark.side === "both" || mark.side === null || side === "midline");

export function BodyMap(props: Props) {
  const { marks, regions, view: viewId, onView } = props;
  const [layer, setLayer] = useState<"all" | "surface" | "deep">("all");
  const [question, setAsked] = useState<{ of: string; title: string; side: Side; muscles: string[] } | null>(
    null,
  );
  const [near, setNear] = useState(false);
  const [single, setSingle] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  // Enlarged, the middle of the drawing is seen first.
  useLayoutEffect(() => {
    const node = box.current;
    if (near && node)
      node.scrollTo((node.scrollWidth - node.clientWidth) / 2, (node.scrollHeight - node.clientHeight) / 2);
  }, [near]);
  const view = VIEWS.find((v) => v.id === viewId) ?? VIEWS[0]!;
  const drawing = useQuery({
    queryKey: ["drawing", view.file],
    queryFn: () => loadDrawing(view.file),
    staleTime: Infinity,
  });
  const parts = useMemo(() => {
    if (!drawing.data) return null;
    const read = readDrawing(drawing.data, view.mirrored);
    return { ...read, viewBox: OUTLINES[view.file]?.viewBox ?? read.viewBox };
  }, [drawing.data, view.mirrored, view.file]);
  // A question about one drawing means nothing on the next.
  const asked = question?.of === viewId ? question : null;

  const choose = (target: Target) => {
    const muscles = target.muscle ? [target.muscle] : (regions[target.region ?? ""] ?? []);
    if (muscles.length === 1) props.onChoose?.(muscles[0]!, target.side);
    else if (target.region === "face") onView("face");
    else
      setAsked({
        of: viewId,
        title: coded(target.region ?? target.muscle ?? ""),
        side: target.side,
        muscles,
      });
  };

  return (
    <div className="map">
      <label className="unseen" htmlFor="map-view">
        {t("View of the body map")}
      </label>
      <div className="map-tools">
        <select
          id="map-view"
          className="select"
          value={view.id}
          onChange={(event) => onView(event.target.value)}
        >
          {VIEWS.map((v) => (
            <option key={v.id} value={v.id}>
              {t(v.label)}
            </option>
          ))}
        </select>
        {hasLayers(view.id) && (
          <div className="segments" role="group" aria-label={t("Layer")}>
            {(["all", "surface", "deep"] as const).map((name) => (
              <button key={name} type="button" aria-pressed={layer === name} onClick={() => setLayer(name)}>
                {t(name === "all" ? "All" : name === "surface" ? "Surface" : "Deep")}
              </button>
            ))}
          </div>
        )}
        {props.onSites && marks.length > 0 && (
          <button
            type="button"
            className="btn"
            aria-pressed={single}
            title={t("Place each needle site on the drawing")}
            onClick={() => setSingle(!single)}
          >
            {t("Single sites")}
          </button>
        )}
        <button
          type="button"
          className="btn btn--icon"
          aria-pressed={near}
          aria-label={t("Enlarge the drawing")}
          title={t("Enlarge the drawing")}
          onClick={() => setNear(!near)}
        >
          <Icon name={near ? "close" : "search"} />
        </button>
      </div>
      <div className="map-frame">
        <div className="map-edges" aria-hidden="true">
          <strong>{t(view.edges[0])}</strong>
          <strong>{t(view.edges[1])}</strong>
        </div>
        {parts ? (
          <div
            ref={box}
            className={near ? "map-near map-near--in" : "map-near"}
            {...(near
              ? { tabIndex: 0, role: "region", "aria-label": t("Drawing, enlarged: it scrolls") }
              : {})}
          >
            <Figure
              {...props}
              view={view}
              parts={parts}
              layer={layer}
              single={single && Boolean(props.onSites)}
              onTarget={choose}
            />
          </div>
        ) : (
          <div className="map-wait" role="status">
            {drawing.isError ? t("The drawing could not be loaded.") : ""}
          </div>
        )}
      </div>
      {asked && (
        <div className="map-asked" role="group" aria-label={t("Choose a muscle")}>
          <p className="small">
            <strong>
              {asked.title}, {sideWord(asked.side)}
            </strong>
            {asked.muscles.length === 0 && ` · ${t("no muscle to inject here")}`}
          </p>
          <div className="row">
            {asked.muscles.map((muscle) => (
              <button
                key={muscle}
                type="button"
                className="btn btn--small"
                onClick={() => {
                  props.onChoose?.(muscle, asked.side);
                  setAsked(null);
                }}
              >
                {coded(muscle)}
              </button>
            ))}
            <button type="button" className="btn btn--quiet btn--small" onClick={() => setAsked(null)}>
              {t("Close")}
            </button>
          </div>
        </div>
      )}
      {single && props.onSites && (
        <p className="hint" id="sites-help">
          {t(
            "Drag a site, or move it with the arrow keys; tap the muscle or press + for one more, Delete takes one away. Where each site lies is kept with the dose, on the plan, the printed sheet and the next plan.",
          )}
        </p>
      )}
      {marks.length > 0 && !single && (
        <p className="hint">
          {t("A ring holds the number of needle sites. The list beside the map says the same.")}
          {marks.some((mark) => mark.sites?.[view.id]) &&
            ` ${t("Numbered dots are needle sites that somebody placed.")}`}
        </p>
      )}
    </div>
  );
}

interface FigureProps extends Omit<Props, "view"> {
  view: View;
  parts: NonNullable<ReturnType<typeof readDrawing>>;
  layer: "all" | "surface" | "deep";
  single: boolean;
  onTarget: (target: Target) => void;
}

function Figure(props: FigureProps) {
  const { marks, regions, lit, onLight, onChoose, onSites, view, parts, layer, single, onTarget } = props;
  const { targets, background } = useMemo(() => {
    const all = targetsOf(parts);
    // Right to left, top to bottom reads badly; by name and side is what a person expects of the arrow keys.
    all.targets.sort((a, b) => a.key.localeCompare(b.key));
    return all;
  }, [parts]);
  const [active, setActive] = useState(0);
  const [hover, setHover] = useState<string | null>(null);
  const svg = useRef<SVGSVGElement>(null);
  const usable = Boolean(onChoose);

  const marksOf = (target: Target): Mark[] => {
    const names = target.muscle ? [target.muscle] : (regions[target.region ?? ""] ?? []);
    return marks.filter((mark) => names.some((name) => covers(mark, name, target.side)));
  };
  const nameOf = (target: Target): string => {
    const name = muscleWord(target.muscle ?? target.region ?? "", target.side);
    const told = marksOf(target).map((mark) => `${coded(mark.muscle)}: ${mark.words}`);
    return told.length ? `${name}; ${told.join("; ")}` : name;
  };
  const keys = (event: KeyboardEvent, index: number) => {
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (move) {
      event.preventDefault();
      const next = (index + move + targets.length) % targets.length;
      setActive(next);
      svg.current?.querySelector<SVGGElement>(`[data-index="${next}"]`)?.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      onTarget(targets[index]!);
    }
  };
  const light = (target: Target | null) => {
    setHover(target ? nameOf(target) : null);
    onLight?.(target?.muscle ? target.key : null);
  };
  const hidden = (target: Target) =>
    hasLayers(view.id) &&
    layer !== "all" &&
    target.muscle !== null &&
    (layer === "deep") !== DEEP.has(target.muscle);
  const [left, topY, width, height] = parts.viewBox;
  const radius = Math.min(Math.max(width, height) * 0.034, Math.min(width, height) * 0.042);
  const flip = view.mirrored ? `translate(${2 * left + width} 0) scale(-1 1)` : undefined;
  // Planned muscles last, so that nothing covers them.
  const order = targets
    .map((target, index) => ({ target, index }))
    .sort((a, b) => marksOf(a.target).length - marksOf(b.target).length);

  return (
    <>
      <svg
        ref={svg}
        className="map-svg"
        viewBox={parts.viewBox.join(" ")}
        role="group"
        aria-label={`${t(view.label)}. ${t("Arrow keys go from muscle to muscle, Enter chooses.")}`}
        preserveAspectRatio="xMidYMid meet"
      >
        <g transform={flip}>
          <g aria-hidden="true">
            {OUTLINES[view.file]?.fills.map((path) => (
              <path key={path} d={path} className="map-outline" />
            ))}
            {OUTLINES[view.file]?.lines.map((path) => (
              <path key={path} d={path} className="map-landmark" />
            ))}
          </g>
          {background.map((shape) => (
            <ShapeOf key={shape.id} shape={shape} className={shape.outline ? "map-outline" : "map-ground"} />
          ))}
          {order.map(({ target, index }) => {
            const own = marksOf(target);
            const tone = own.some((m) => m.tone === "stop")
              ? "stop"
              : own.some((m) => m.tone === "check")
                ? "check"
                : own.length
                  ? "plan"
                  : target.muscle
                    ? "muscle"
                    : "skin";
            const isLit =
              lit !== null && (target.key === lit || own.some((m) => `${m.muscle} ${m.side}` === lit));
            return (
              <g
                key={target.key}
                data-index={index}
                data-target={target.key}
                className={`map-target map-target--${tone}${isLit ? " is-lit" : ""}${hidden(target) && !own.length ? " is-hidden" : ""}`}
                role={usable ? "button" : "img"}
                tabIndex={usable ? (index === active ? 0 : -1) : undefined}
                aria-label={nameOf(target)}
                onClick={(event) => {
                  const mark = single ? own.find((one) => one.muscle === target.muscle) : undefined;
                  const sites =
                    mark && svg.current ? siteAdded(svg.current, event, target.key, mark, view.id) : null;
                  if (mark && sites) onSites?.(mark, view.id, sites);
                  else if (usable) onTarget(target);
                }}
                onKeyDown={(event) => usable && keys(event, index)}
                onFocus={() => {
                  setActive(index);
                  light(target);
                }}
                onBlur={() => light(null)}
                onPointerEnter={() => light(target)}
                onPointerLeave={() => light(null)}
              >
                {target.shapes.map((shape) => (
                  <ShapeOf key={shape.id} shape={shape} />
                ))}
              </g>
            );
          })}
        </g>
        {single && onSites ? (
          <SiteHandles
            entries={targets.flatMap((target) =>
              marksOf(target)
                .filter((mark) => mark.muscle === target.muscle && mark.side !== "both")
                .map((mark) => ({ target, mark })),
            )}
            view={view.id}
            radius={radius}
            onSites={onSites}
            onLight={onLight}
          />
        ) : (
          <>
            <Rings
              targets={targets}
              marksOf={(target) => marksOf(target).filter((mark) => !mark.sites?.[view.id])}
              scale={radius}
              viewKey={view.id}
              box={[left, topY, width, height]}
              mirrored={Boolean(view.mirrored)}
            />
            <Dots marks={marks} view={view.id} radius={radius * 0.72} />
          </>
        )}
      </svg>
      <p className="map-name small" aria-hidden="true">
        {hover ?? " "}
      </p>
    </>
  );
}

/** Sites that were placed, where they cannot be moved. */
function Dots({ marks, view, radius }: { marks: readonly Mark[]; view: string; radius: number }) {
  return (
    <g aria-hidden="true" className="dots">
      {marks.flatMap((mark) =>
        (mark.sites?.[view] ?? []).map(([x, y], index) => (
          <g
            key={`${mark.muscle} ${mark.side} ${index}`}
            className={`ring ring--${mark.tone}`}
            transform={`translate(${x} ${y})`}
          >
            <circle r={radius} strokeWidth={radius * 0.16} />
            <text fontSize={radius * 1.2} y={radius * 0.42} textAnchor="middle">
              {mark.text === "×" ? "×" : index + 1}
            </text>
          </g>
        )),
      )}
    </g>
  );
}

function ShapeOf({ shape, className }: { shape: Shape; className?: string }) {
  const Tag = shape.tag;
  return <Tag {...shape.geometry} className={className} />;
}

interface Ring {
  key: string;
  x: number;
  y: number;
  text: string;
  tone: Mark["tone"];
}

/** Number rings, placed on the largest shape of each marked muscle once the browser knows its box. */
function Rings(props: {
  targets: Target[];
  marksOf: (target: Target) => Mark[];
  scale: number;
  viewKey: string;
  box: [number, number, number, number];
  mirrored: boolean;
}) {
  const { targets, marksOf, scale, viewKey, box, mirrored } = props;
  const [rings, setRings] = useState<Ring[]>([]);
  // Its own element: the reference of the drawing around it is set only after this effect.
  const self = useRef<SVGGElement>(null);
  const wanted = targets
    .map((target) => ({ target, marks: marksOf(target) }))
    .filter((entry) => entry.marks.length);
  const signature = JSON.stringify([
    viewKey,
    wanted.map((w) => [w.target.key, w.marks.map((m) => [m.text, m.tone])]),
  ]);
  useLayoutEffect(() => {
    const next: Ring[] = [];
    const radius = scale;
    for (const { target, marks } of wanted) {
      const group = self.current?.ownerSVGElement?.querySelector(`[data-target="${target.key}"]`);
      if (!group) continue;
      let best: DOMRect | null = null;
      for (const element of Array.from(group.children)) {
        const shape = element as SVGGraphicsElement;
        let area: DOMRect;
        try {
          area = shape.getBBox();
        } catch {
          continue; // Not laid out, for example in a hidden tab: no ring now.
        }
        const cx = Number(shape.getAttribute("cx") ?? area.x + area.width / 2);
        const cy = Number(shape.getAttribute("cy") ?? area.y + area.height / 2);
        const turned = shape.transform.baseVal.consolidate()?.matrix;
        const at = turned ? new DOMPoint(cx, cy).matrixTransform(turned) : { x: cx, y: cy };
        const placed = new DOMRect(at.x, at.y, area.width, area.height);
        if (!best || area.width * area.height > best.width * best.height) best = placed;
      }
      if (!best) continue;
      const x = mirrored ? 2 * box[0] + box[2] - best.x : best.x;
      let y = best.y;
      while (next.some((ring) => Math.hypot(ring.x - x, ring.y - y) < radius * 1.9)) y += radius * 1.95;
      const tone = (["stop", "check", "done", "plain"] as const).find((name) =>
        marks.some((m) => m.tone === name),
      )!;
      next.push({ key: target.key, x, y, text: marks.map((m) => m.text).join("+"), tone });
    }
    setRings(next);
    // The signature holds everything the rings depend on.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [signature]);
  const radius = scale;
  return (
    <g ref={self} aria-hidden="true" className="rings">
      {rings.map((ring) => (
        <g key={ring.key} className={`ring ring--${ring.tone}`} transform={`translate(${ring.x} ${ring.y})`}>
          <circle r={radius} strokeWidth={radius * 0.16} />
          <text fontSize={radius * (ring.text.length > 2 ? 0.8 : 1.15)} y={radius * 0.4} textAnchor="middle">
            {ring.text}
          </text>
        </g>
      ))}
    </g>
  );
}
