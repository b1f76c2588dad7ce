/** The needle sites of planned muscles, one handle each: dragged by mouse, pen or finger, moved and removed by keyboard. */
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { muscleWord, coded } from "../words/names";
import { t } from "../words/words";
import type { Mark } from "./mark";
import type { Target } from "./drawing";
import { spread, third, within, type Point, type Site } from "./sites";

interface Props {
  entries: { target: Target; mark: Mark }[];
  view: string;
  radius: number;
  onSites: (mark: Mark, view: string, places: Site[]) => void;
  onLight?: ((key: string | null) => void) | undefined;
}

/** A muscle as the browser has drawn it: its largest shape, and the way between that shape's measure and the drawing's. */
interface Ground {
  shape: SVGGeometryElement;
  box: DOMRect;
  toDrawing: DOMMatrix;
  middle: Point;
  top: number;
  bottom: number;
}

const countOf = (mark: Mark): number => Math.max(0, Math.min(30, Number(mark.text) || 0));

function groundOf(svg: SVGSVGElement, key: string): Ground | null {
  const group = svg.querySelector(`[data-target="${key}"]`);
  const around = svg.getScreenCTM();
  let best: { shape: SVGGeometryElement; box: DOMRect } | null = null;
  for (const child of Array.from(group?.children ?? [])) {
    if (!(child instanceof SVGGeometryElement)) continue;
    const box = child.getBBox();
    if (!best || box.width * box.height > best.box.width * best.box.height) best = { shape: child, box };
  }
  const own = best?.shape.getScreenCTM();
  if (!best || !around || !own) return null;
  const toDrawing = DOMMatrix.fromMatrix(around).inverse().multiply(DOMMatrix.fromMatrix(own));
  const { box, shape } = best;
  const corners = [0, 1].flatMap((i) =>
    [0, 1].map(
      (j) => new DOMPoint(box.x + i * box.width, box.y + j * box.height).matrixTransform(toDrawing).y,
    ),
  );
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  return {
    shape,
    box,
    toDrawing,
    middle: inFill(shape, centre) ?? centre,
    top: Math.min(...corners),
    bottom: Math.max(...corners),
  };
}

/** A place inside the shape near `wish`: itself, or the nearest of a fine grid over the shape's box. */
function inFill(shape: SVGGeometryElement, wish: Point): Point | null {
  if (shape.isPointInFill(new DOMPoint(wish.x, wish.y))) return wish;
  const box = shape.getBBox();
  let best: Point | null = null;
  for (let i = 1; i < 16; i += 1)
    for (let j = 1; j < 16; j += 1) {
      const at = { x: box.x + (box.width * i) / 16, y: box.y + (box.height * j) / 16 };
      if (!shape.isPointInFill(new DOMPoint(at.x, at.y))) continue;
      if (!best || Math.hypot(at.x - wish.x, at.y - wish.y) < Math.hypot(best.x - wish.x, best.y - wish.y))
        best = at;
    }
  return best;
}

const shareOf = (ground: Ground, y: number) =>
  Math.min(1, Math.max(0, (y - ground.top) / Math.max(1e-6, ground.bottom - ground.top)));

/** Where each site lies: where somebody put it, the others evenly along the muscle. */
export function placesOf(ground: Ground, mark: Mark, view: string): Site[] {
  const set = mark.sites?.[view] ?? [];
  const count = countOf(mark);
  return spread(ground.box, count).map((even, index) => {
    const own = set[index];
    if (own) return own;
    const inside = inFill(ground.shape, even) ?? ground.middle;
    const at = new DOMPoint(inside.x, inside.y).matrixTransform(ground.toDrawing);
    return [at.x, at.y];
  });
}

/** The place in the drawing nearest to `wish` on the way from `from`, never off the muscle. */
function held(ground: Ground, from: Point, wish: Point): Site {
  const back = ground.toDrawing.inverse();
  const inside = (point: Point) =>
    ground.shape.isPointInFill(new DOMPoint(point.x, point.y).matrixTransform(back));
  const start = inside(from)
    ? from
    : new DOMPoint(ground.middle.x, ground.middle.y).matrixTransform(ground.toDrawing);
  const at = within(inside, start, wish);
  return [at.x, at.y];
}

const inDrawing = (svg: SVGSVGElement, event: { clientX: number; clientY: number }): Point | null => {
  const around = svg.getScreenCTM();
  return around
    ? new DOMPoint(event.clientX, event.clientY).matrixTransform(DOMMatrix.fromMatrix(around).inverse())
    : null;
};

/** A site more, where the muscle was tapped. */
export function siteAdded(
  svg: SVGSVGElement,
  event: { clientX: number; clientY: number },
  key: string,
  mark: Mark,
  view: string,
): Site[] | null {
  const ground = groundOf(svg, key);
  const at = inDrawing(svg, event);
  if (!ground || !at) return null;
  const middle = new DOMPoint(ground.middle.x, ground.middle.y).matrixTransform(ground.toDrawing);
  return [...placesOf(ground, mark, view), held(ground, middle, at)];
}

/** How far around its middle a site is grasped: a finger's width, less where others are near, so that room for a tap is left. */
function holdOf(place: Site, all: readonly Site[], radius: number): number {
  const near = all
    .filter((other) => other !== place)
    .map((other) => Math.hypot(other[0] - place[0], other[1] - place[1]));
  return Math.max(radius * 0.9, Math.min(radius * 1.9, ...near.map((distance) => distance * 0.4)));
}

export function SiteHandles({ entries, view, radius, onSites, onLight }: Props) {
  const self = useRef<SVGGElement>(null);
  const [grounds, setGrounds] = useState<Map<string, Ground>>(new Map());
  const signature = JSON.stringify([view, entries.map(({ target }) => target.key)]);
  useLayoutEffect(() => {
    const svg = self.current?.ownerSVGElement;
    const found = new Map<string, Ground>();
    for (const { target } of entries) {
      const ground = svg ? groundOf(svg, target.key) : null;
      if (ground) found.set(target.key, ground);
    }
    setGrounds(found);
    // The signature holds everything the grounds depend on.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [signature]);
  // Browsers heed touch-action on the drawing as a whole, not on its parts: a finger on a site must not scroll the page.
  useEffect(() => {
    const group = self.current;
    const stay = (event: TouchEvent) => event.preventDefault();
    group?.addEventListener("touchstart", stay, { passive: false });
    return () => group?.removeEventListener("touchstart", stay);
  }, []);
  const shown = entries.flatMap(({ target, mark }) => {
    const ground = grounds.get(target.key);
    return ground ? [{ target, mark, ground, places: placesOf(ground, mark, view) }] : [];
  });
  const all = shown.flatMap(({ places }) => places);
  return (
    <g ref={self} className="sites">
      {shown.map(({ target, mark, ground, places }) => {
        return places.map((place, index) => (
          <Handle
            key={`${target.key} ${index}`}
            number={index + 1}
            of={places.length}
            place={place}
            share={shareOf(ground, place[1])}
            radius={radius}
            hold={holdOf(place, all, radius)}
            name={muscleWord(mark.muscle, mark.side)}
            onMove={(wish) => {
              const next = [...places];
              next[index] = held(ground, { x: place[0], y: place[1] }, wish);
              onSites(mark, view, next);
            }}
            onAdd={() => {
              const y = Math.min(place[1] + radius * 2.4, ground.bottom);
              onSites(mark, view, [
                ...places,
                held(ground, { x: place[0], y: place[1] }, { x: place[0], y }),
              ]);
            }}
            onRemove={() =>
              onSites(
                mark,
                view,
                places.filter((_, other) => other !== index),
              )
            }
            onLight={(on) => onLight?.(on ? `${mark.muscle} ${mark.side}` : null)}
          />
        ));
      })}
    </g>
  );
}

interface HandleProps {
  number: number;
  of: number;
  place: Site;
  share: number;
  radius: number;
  hold: number;
  name: string;
  onMove: (wish: Point) => void;
  onAdd: () => void;
  onRemove: () => void;
  onLight: (on: boolean) => void;
}

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function Handle({
  number,
  of,
  place,
  share,
  radius,
  hold,
  name,
  onMove,
  onAdd,
  onRemove,
  onLight,
}: HandleProps) {
  const [grasped, setGrasped] = useState(false);
  const move = (event: PointerEvent<SVGGElement>) => {
    const svg = event.currentTarget.ownerSVGElement;
    const at = grasped && svg ? inDrawing(svg, event) : null;
    if (at) onMove(at);
  };
  const keys = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = event.shiftKey ? 10 : 2;
      onMove({ x: place[0] + arrow[0] * step, y: place[1] + arrow[1] * step });
    } else if (event.key === "Delete" || event.key === "Backspace") onRemove();
    else if (event.key === "+") onAdd();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <g
      className={grasped ? "site is-held" : "site"}
      transform={`translate(${place[0]} ${place[1]})`}
      role="button"
      tabIndex={0}
      aria-label={t("Site {n} of {all}, {muscle}: {where}", {
        n: number,
        all: of,
        muscle: coded(name),
        where: third(share),
      })}
      aria-keyshortcuts="ArrowUp ArrowDown ArrowLeft ArrowRight Delete +"
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.focus({ preventScroll: true });
        setGrasped(true);
      }}
      onPointerMove={move}
      onPointerUp={() => setGrasped(false)}
      onPointerCancel={() => setGrasped(false)}
      onKeyDown={keys}
      onFocus={() => onLight(true)}
      onBlur={() => onLight(false)}
    >
      <circle className="site-hold" r={hold} />
      <circle className="site-dot" r={radius * 0.72} />
      <text fontSize={radius * 0.95} y={radius * 0.34} textAnchor="middle">
        {number}
      </text>
    </g>
  );
}
