/** The drawing comes as text of our own server; only its path is taken from it. */
export function QrCode({ drawing, label }: { drawing: string; label: string }) {
  const root = new DOMParser().parseFromString(drawing, "image/svg+xml").documentElement;
  const size = Number(root.getAttribute("width") ?? 200);
  const path = root.querySelector("path");
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path
        d={path?.getAttribute("d") ?? ""}
        transform={path?.getAttribute("transform") ?? undefined}
        stroke="black"
        fill="none"
      />
    </svg>
  );
}
