/** The face model, fetched only when somebody opens the camera: it runs in the browser, and no picture leaves it. */
import * as faceapi from "@vladmandic/face-api";
import { USED, type Point } from "./pose";

/** Where the build lays the weights of the package; see vite.config.ts. */
const WEIGHTS = "/face";
const OPTIONS = new faceapi.TinyFaceDetectorOptions({ inputSize: 224, scoreThreshold: 0.4 });

interface Backends {
  setBackend: (name: string) => Promise<boolean>;
  ready: () => Promise<void>;
}

/** Make the model ready; returns what finds the used points of the one face in a picture, or null. */
export async function openFace(): Promise<(picture: HTMLVideoElement) => Promise<Point[] | null>> {
  const engine = faceapi.tf as unknown as Backends;
  // The graphics card where there is one; plain script otherwise. Neither needs a wider policy of the page.
  if (!(await engine.setBackend("webgl").catch(() => false))) await engine.setBackend("cpu");
  await engine.ready();
  await faceapi.nets.tinyFaceDetector.loadFromUri(WEIGHTS);
  await faceapi.nets.faceLandmark68Net.loadFromUri(WEIGHTS);
  return async (picture) => {
    const found = await faceapi.detectSingleFace(picture, OPTIONS).withFaceLandmarks();
    if (!found) return null;
    return USED.map((index): Point => {
      const point = found.landmarks.positions[index]!;
      return [point.x, point.y];
    });
  };
}
