// Without l, o, 0 and 1, which are misread; 32 of them, so that each byte chooses evenly.
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/** A password to read aloud and to type on a phone: three groups of four, 60 bits. */
export function newPassword(): string {
  const drawn = crypto.getRandomValues(new Uint8Array(12));
  const text = Array.from(drawn, (byte) => LETTERS[byte % LETTERS.length]).join("");
  return text.replace(/(.{4})(?=.)/g, "$1-");
}
