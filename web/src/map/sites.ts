/**
 * Single needle sites on a muscle of the map. A site is a place on one drawing: x and y in the drawing's own measure, and how
 * far down the muscle it lies (0 top, 1 bottom), so that it can be said in words.
 */
import { t } from "../words/words";

export type Site = [x: number, y: number, share: number];
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

/** "2 × upper third, lower third" of the sites that somebody set; null where nobody did. */
export function sitesInWords(sites: Sites | undefined): string | null {
  const set = Object.values(sites ?? {}).find((places) => places.length > 0);
  if (!set) return null;
  const thirds = set.map((site) => third(site[2]));
  return [...new Set(thirds)]
    .map((word) => {
      const count = thirds.filter((one) => one === word).length;
      return count > 1 ? `${count} × ${word}` : word;
    })
    .join(", ");
}
