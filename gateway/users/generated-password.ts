import { randomInt } from "node:crypto";

/** Without what is easily taken for something else when it is read out or copied by hand. */
const letters = "abcdefghjkmnpqrstuvwxyz23456789";
const groups = 4;
const groupLength = 5;

/** A password of 99 bits that a person can type: `k7mfq-xw3pd-9hhva-t2ebn`. */
export function generatePassword(): string {
  return Array.from({ length: groups }, () =>
    Array.from({ length: groupLength }, () => letters[randomInt(letters.length)]).join(""),
  ).join("-");
}
