/** The views of the body map. R stands on the viewer's left in a front view and on the viewer's right in a back view. */
export interface View {
  id: string;
  file: string;
  label: string;
  /** What is written at the left and the right edge, always the patient's side; null: one side only. */
  edges: [string, string];
  /** Drawn as its mirror image, so that one lateral drawing serves both sides. */
  mirrored?: boolean;
}

const RIGHT = "Patient's right";
const LEFT = "Patient's left";

export const VIEWS: readonly View[] = [
  { id: "neck_back", file: "panel_neck_back", label: "Neck, back", edges: [LEFT, RIGHT] },
  { id: "neck_front", file: "panel_neck_front", label: "Neck, front", edges: [RIGHT, LEFT] },
  { id: "neck_right", file: "panel_neck_right_lateral", label: "Neck, right side", edges: [RIGHT, ""] },
  {
    id: "neck_left",
    file: "panel_neck_right_lateral",
    label: "Neck, left side",
    edges: [LEFT, ""],
    mirrored: true,
  },
  { id: "arm_front", file: "panel_arm_front", label: "Forearm and hand, palm side", edges: [RIGHT, LEFT] },
  { id: "arm_back", file: "panel_arm_back", label: "Forearm and hand, back", edges: [LEFT, RIGHT] },
  { id: "face", file: "panel_face", label: "Face", edges: [RIGHT, LEFT] },
  { id: "front", file: "body_front", label: "Body, front", edges: [RIGHT, LEFT] },
  { id: "back", file: "body_back", label: "Body, back", edges: [LEFT, RIGHT] },
];

/** Version and measure (left, top, width, height) of the shipped drawings; a test compares them with the files. */
export const MAP_VERSION = "1";
export const BOXES: Readonly<Record<string, [number, number, number, number]>> = {
  panel_neck_back: [-127, -665, 254, 221],
  panel_neck_front: [-127, -665, 254, 221],
  panel_neck_right_lateral: [-103, -663, 201, 223],
  panel_arm_front: [0, 0, 400, 640],
  panel_arm_back: [0, 0, 400, 640],
  panel_face: [0, 0, 400, 520],
  body_front: [0, 60, 724, 1310],
  body_back: [724, 60, 724, 1310],
};

/** Muscles of neck and forearm that lie under another one; the map's "deep" layer shows these and fades the rest. */
export const DEEP = new Set([
  "semispinalis_capitis",
  "semispinalis_cervicis",
  "rectus_capitis_posterior_major",
  "rectus_capitis_posterior_minor",
  "obliquus_capitis_inferior",
  "obliquus_capitis_superior",
  "longissimus_capitis",
  "longissimus_cervicis",
  "longus_capitis",
  "longus_colli",
  "multifidus_cervicis",
  "iliocostalis_cervicis",
  "splenius_cervicis",
  "scalenus_anterior",
  "scalenus_medius",
  "scalenus_posterior",
  "rectus_capitis_anterior",
  "rectus_capitis_lateralis",
  "flexor_digitorum_superficialis",
  "flexor_digitorum_profundus",
  "flexor_pollicis_longus",
  "pronator_quadratus",
  "opponens_pollicis",
  "opponens_digiti_minimi_hand",
  "palmar_interossei",
  "supinator",
  "abductor_pollicis_longus",
  "extensor_pollicis_longus",
  "extensor_pollicis_brevis",
  "extensor_indicis",
]);

/** Views whose muscles lie in two layers. */
export const hasLayers = (view: string): boolean => view.startsWith("neck") || view.startsWith("arm");

/** The view on which a condition is usually treated. */
export function viewFor(indication: string | null | undefined): string {
  const name = indication ?? "";
  if (/cervical|torticollis/.test(name)) return "neck_back";
  if (/bleph|facial|oromand|face|sialorrh|glabell|strabism|jaw/.test(name)) return "face";
  if (/laryng|spasmodic/.test(name)) return "neck_front";
  if (/hand|writer|upper_limb|arm/.test(name)) return "arm_front";
  return "front";
}
