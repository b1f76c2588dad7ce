/** Single needle sites on a muscle of the map: places on one drawing, in its own measure, and as the record keeps them. */
import type { SitePosition } from "../api/types";
import { t } from "../words/words";
import { OUTLINES } from "./outlines";
import { BOXES, MAP_VERSION, VIEWS, type View } from "./views";

export type Site = [x: number, y: number];
/** Sites of a muscle by the view they were set on. */
export type Sites = Record<string, Site[]>;

export interface Point {
  x: number;
  y: number;
}

/** Places of `count` sites along the longer axis of a box, evenly, none at its ends. */
export function spread(box: { x: number; y: number; width: number; height: number }, count: number): Point[] {
  const upright = box.height >= box.width;
  return Array.from({ length: count }, (_, index) => {
    const share = (index + 0.5) / count;
    return upright
      ? { x: box.x + box.width / 2, y: box.y + box.height * share }
      : { x: box.x + box.width * share, y: box.y + box.height / 2 };
  });
}

/** The wished place if it lies inside; else the last place inside on the way there from `from`, which lies inside. */
export function within(inside: (point: Point) => boolean, from: Point, wish: Point): Point {
  if (inside(wish)) return wish;
  let [low, high] = [0, 1];
  const at = (share: number) => ({
    x: from.x + (wish.x - from.x) * share,
    y: from.y + (wish.y - from.y) * share,
  });
  for (let step = 0; step < 12; step += 1) {
    const middle = (low + high) / 2;
    if (inside(at(middle))) low = middle;
    else high = middle;
  }
  return at(low);
}

export function third(share: number): string {
  return share < 1 / 3 ? t("upper third") : share < 2 / 3 ? t("middle third") : t("lower third");
}

/** The first `count` placed sites as the record keeps them; none where nobody placed one. */
export function positionsOf(sites: Sites | undefined, count: string | null): SitePosition[] {
  const limit = count === null ? 0 : Number(count);
  return Object.entries(sites ?? {}).flatMap(([id, places]) => {
    const view = VIEWS.find((one) => one.id === id);
    return view ? places.slice(0, limit).map((place) => recorded(view, place)) : [];
  });
}

/** Four digits are less than a tenth of a millimetre on the neck. */
const fraction = (value: number): string => Math.min(1, Math.max(0, value)).toFixed(4);

function recorded(view: View, [x, y]: Site): SitePosition {
  const [left, top, width, height] = BOXES[view.file]!;
  const across = ((view.mirrored ? turned(view, x) : x) - left) / width;
  return {
    view: view.id,
    x: fraction(view.mirrored ? 1 - across : across),
    y: fraction((y - top) / height),
    map: MAP_VERSION,
  };
}

/** The same place on a view that is shown as its mirror image: it is turned over about the middle of what is shown. */
function turned(view: View, x: number): number {
  const [left, , width] = OUTLINES[view.file]?.viewBox ?? BOXES[view.file]!;
  return 2 * left + width - x;
}

/** Recorded sites as places on the drawings of today; those of another version of the drawings cannot be drawn. */
export function sitesOf(positions: readonly SitePosition[] | undefined): Sites | undefined {
  const sites: Sites = {};
  for (const position of positions ?? []) {
    const view = VIEWS.find((one) => one.id === position.view);
    if (!view || position.map !== MAP_VERSION) continue;
    const [left, top, width, height] = BOXES[view.file]!;
    const share = Number(position.x);
    const x = left + (view.mirrored ? 1 - share : share) * width;
    (sites[view.id] ??= []).push([view.mirrored ? turned(view, x) : x, top + Number(position.y) * height]);
  }
  return Object.keys(sites).length ? sites : undefined;
}

/** The view on which most of the sites were placed; null where none was. */
export function viewOfSites(all: readonly (Sites | undefined)[]): string | null {
  const counts = new Map<string, number>();
  for (const sites of all)
    for (const [view, places] of Object.entries(sites ?? {}))
      counts.set(view, (counts.get(view) ?? 0) + places.length);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}
