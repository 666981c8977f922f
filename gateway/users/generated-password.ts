import { randomInt } from "node:crypto";

/** Without characters that are easily confused when read out or copied by hand. */
const letters = "abcdefghjkmnpqrstuvwxyz23456789";
const groups = 4;
const groupLength = 5;

/** A typable password of 99 bits: `k7mfq-xw3pd-9hhva-t2ebn`. */
export function generatePassword(): string {
  return Array.from({ length: groups }, () =>
    Array.from({ length: groupLength }, () => letters[randomInt(letters.length)]).join(""),
  ).join("-");
}
