/**
 * Where a point of the neck lies on the drawn cut. Seen from below, as in a scan and as in the front view of the map: the
 * patient's right is on the viewer's left, the front is at the top.
 */
export const place = (frontMm: number, rightMm: number) => ({ x: -rightMm, y: -frontMm });

/** Turn of an ellipse on the screen, from its turn in the neck (front towards the patient's right), in degrees. */
export const turned = (turnDeg: number) => -90 - turnDeg;
