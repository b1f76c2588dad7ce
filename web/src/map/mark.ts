/** What is drawn at a muscle of the map. */
import type { Side } from "../api/types";
import type { Sites } from "./sites";

export interface Mark {
  muscle: string;
  side: Side | null;
  /** Written in the ring: the number of sites, or an en dash when it is not told. */
  text: string;
  tone: "plain" | "check" | "stop" | "done";
  /** Read out, for example "60 units, 4 sites". */
  words: string;
  /** Where somebody put the single sites. */
  sites?: Sites | undefined;
}
