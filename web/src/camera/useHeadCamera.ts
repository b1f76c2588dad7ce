/** The camera of this device and ten seconds of head angles out of it: no picture leaves the page, none is kept. */
import { useEffect, useRef, useState } from "react";
import { t } from "../words/words";
import { FEWEST, headPose, summary, viewOf, type Point, type Pose, type Summary } from "./pose";

const SECONDS = 10;
/** A slow device gets longer, until there are enough pictures to say anything. */
const LONGEST_MORE_MS = 20_000;

export type CameraState = "opening" | "ready" | "measuring" | "done";

export function useHeadCamera() {
  const video = useRef<HTMLVideoElement>(null);
  const find = useRef<((picture: HTMLVideoElement) => Promise<Point[] | null>) | null>(null);
  const [state, setState] = useState<CameraState>("opening");
  const [error, setError] = useState<string | null>(null);
  const [told, setTold] = useState<Summary | null>(null);
  const [left, setLeft] = useState(SECONDS);
  const open = useRef(true);

  useEffect(() => {
    open.current = true;
    let stream: MediaStream | null = null;
    const begin = async () => {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { width: 640, height: 480, facingMode: "user" },
        audio: false,
      });
      const node = video.current;
      if (!open.current || !node) {
        stream.getTracks().forEach((track) => track.stop());
        return;
      }
      node.srcObject = stream;
      await node.play();
      const { openFace } = await import("./face");
      find.current = await openFace();
      if (open.current) setState("ready");
    };
    begin().catch((problem: unknown) => {
      if (!open.current) return;
      // No secure address: the browser has no camera to offer at all.
      const refused = problem instanceof DOMException || !navigator.mediaDevices;
      setError(
        refused
          ? t("The camera cannot be used: it is missing, in use, or not allowed for this page.")
          : t("The face model could not be loaded. It needs a connection the first time."),
      );
    });
    return () => {
      open.current = false;
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, []);

  const measure = async () => {
    const node = video.current;
    if (!node || !find.current) return;
    setState("measuring");
    setTold(null);
    setError(null);
    const poses: Pose[] = [];
    const end = performance.now() + SECONDS * 1000;
    while (
      open.current &&
      (performance.now() < end || (poses.length < FEWEST && performance.now() < end + LONGEST_MORE_MS))
    ) {
      const points = await find.current(node);
      const pose = points && headPose(points, viewOf(node.videoWidth, node.videoHeight));
      if (pose) poses.push(pose);
      setLeft(Math.max(0, Math.ceil((end - performance.now()) / 1000)));
      await new Promise((done) => setTimeout(done, 30));
    }
    if (!open.current) return;
    const found = summary(poses);
    if (!found)
      setError(t("No face was seen for long enough. More light, the whole face in the picture, then again."));
    setTold(found);
    setState(found ? "done" : "ready");
  };

  return { video, state, error, told, left, measure };
}
