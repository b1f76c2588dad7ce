/** Exact decimals as text ("62.5"): a dose never passes through a binary float. */

interface Scaled {
  digits: bigint;
  places: number;
}

function scaled(text: string): Scaled {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new RangeError(`not an exact decimal: ${text}`);
  const fraction = match[3] ?? "";
  const digits = BigInt(match[2]! + fraction);
  return { digits: match[1] ? -digits : digits, places: fraction.length };
}

function aligned(a: string, b: string): [bigint, bigint, number] {
  const left = scaled(a);
  const right = scaled(b);
  const places = Math.max(left.places, right.places);
  return [
    left.digits * 10n ** BigInt(places - left.places),
    right.digits * 10n ** BigInt(places - right.places),
    places,
  ];
}

/** Plain text of `digits` / 10^`places`: no exponent, no trailing zero. */
function plain(digits: bigint, places: number): string {
  const sign = digits < 0n ? "-" : "";
  const text = (digits < 0n ? -digits : digits).toString().padStart(places + 1, "0");
  const whole = text.slice(0, text.length - places);
  const fraction = text.slice(text.length - places).replace(/0+$/, "");
  const result = fraction ? `${whole}.${fraction}` : whole;
  return result === "0" ? "0" : sign + result;
}

export function add(a: string, b: string): string {
  const [left, right, places] = aligned(a, b);
  return plain(left + right, places);
}

export function subtract(a: string, b: string): string {
  const [left, right, places] = aligned(a, b);
  return plain(left - right, places);
}

export function multiply(a: string, b: string): string {
  const left = scaled(a);
  const right = scaled(b);
  return plain(left.digits * right.digits, left.places + right.places);
}

/** `a` / `b` rounded half up to `places` decimals; for display only. */
export function divide(a: string, b: string, places: number): string {
  const [left, right] = aligned(a, b);
  if (right === 0n) throw new RangeError("division by zero");
  const numerator = left * 10n ** BigInt(places) * 2n + right;
  return plain(numerator / (right * 2n), places);
}

/** -1, 0 or 1. */
export function compare(a: string, b: string): number {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

export function sum(values: readonly string[]): string {
  return values.reduce(add, "0");
}

export function normal(text: string): string {
  const { digits, places } = scaled(text);
  return plain(digits, places);
}
