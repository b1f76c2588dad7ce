/** Read a shipped drawing into plain shapes; nothing of the file reaches the page but geometry and names. */
import type { Side } from "../api/types";

export interface Shape {
  id: string;
  tag: "path" | "ellipse" | "circle" | "rect" | "polygon";
  geometry: Record<string, string>;
  muscle: string | null;
  region: string | null;
  side: Side;
  /** The body behind the muscles, which is filled. */
  outline: boolean;
}

export interface Drawing {
  viewBox: [number, number, number, number];
  shapes: Shape[];
}

const GEOMETRY = ["d", "cx", "cy", "r", "rx", "ry", "x", "y", "width", "height", "points"];
const TAGS = new Set(["path", "ellipse", "circle", "rect", "polygon"]);
const SIDES = new Set<string>(["left", "right", "midline", "both"]);

/** The same side on a drawing that is shown as its mirror image. */
export function mirroredSide(side: Side): Side {
  return side === "left" ? "right" : side === "right" ? "left" : side;
}

/** The transform of a shape with those of the groups around it: the left half of a drawing may be the right one turned over. */
function placed(element: Element): string {
  const steps: string[] = [];
  for (let at: Element | null = element; at; at = at.parentElement) {
    const step = at.getAttribute("transform");
    if (step) steps.unshift(step);
  }
  return steps.join(" ");
}

export function readDrawing(text: string, mirrored = false): Drawing {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const box = (root.getAttribute("viewBox") ?? "0 0 100 100").split(/[\s,]+/).map(Number);
  const shapes: Shape[] = [];
  for (const [index, element] of Array.from(root.querySelectorAll("*")).entries()) {
    const tag = element.tagName.toLowerCase();
    if (!TAGS.has(tag)) continue;
    const geometry: Record<string, string> = {};
    for (const name of GEOMETRY) {
      const value = element.getAttribute(name);
      if (value !== null) geometry[name] = value;
    }
    const transform = placed(element);
    if (transform) geometry.transform = transform;
    const named = element.getAttribute("data-side") ?? "";
    const side = (SIDES.has(named) ? named : "midline") as Side;
    shapes.push({
      id: element.id || `shape-${index}`,
      tag: tag as Shape["tag"],
      geometry,
      muscle: element.getAttribute("data-muscle"),
      region: element.getAttribute("data-region"),
      side: mirrored ? mirroredSide(side) : side,
      outline: element.getAttribute("class") === "outline",
    });
  }
  return { viewBox: box as [number, number, number, number], shapes };
}

/** One target of the map: all shapes of one muscle (or one region) on one side. */
export interface Target {
  key: string;
  muscle: string | null;
  region: string | null;
  side: Side;
  shapes: Shape[];
}

export function targetsOf(drawing: Drawing): { targets: Target[]; background: Shape[] } {
  const targets = new Map<string, Target>();
  const background: Shape[] = [];
  for (const shape of drawing.shapes) {
    const name = shape.muscle ?? shape.region;
    if (!name) {
      background.push(shape);
      continue;
    }
    const key = `${name} ${shape.side}`;
    const found = targets.get(key);
    if (found) found.shapes.push(shape);
    else
      targets.set(key, {
        key,
        muscle: shape.muscle,
        region: shape.region,
        side: shape.side,
        shapes: [shape],
      });
  }
  return { targets: [...targets.values()], background };
}
