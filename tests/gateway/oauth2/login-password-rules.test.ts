import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { generatePassword } from "../../../gateway/login/generated-password.ts";
import { findPasswordProblem } from "../../../gateway/login/password-rules.ts";

const names = ["ada.lovelace", "Ada Lovelace", "countess@example.test"];

const refused: readonly (readonly [password: string, words: RegExp])[] = [
  ["", /0 characters; it needs at least 12/],
  ["x", /has 1 character;/],
  ["elevenchars", /11 characters/],
  // Eleven characters, whatever they take in UTF-16.
  ["👍".repeat(11), /11 characters/],
  ["x7 ".repeat(167), /more than 500/],
  ["password1234", /tried first/],
  ["P4$$w0rd!!!!", /tried first/],
  ["PasswordPassword", /tried first/],
  ["ｐａｓｓｗｏｒｄ１２３４", /tried first/],
  ["letmein-letmein", /tried first/],
  ["Summer2026!!", /tried first/],
  ["iloveyou2024iloveyou", /tried first/],
  ["aaaaaaaaaaaaaaaaaa", /tried first/],
  ["            ", /tried first/],
  ["123456789012", /tried first/],
  ["zyxwvutsrqponm", /tried first/],
  ["qwertyuiopas", /tried first/],
  ["lkjhgfdsapoiuy", /tried first/],
  ["1q2w3e4r5t6y", /tried first/],
  ["abababababab", /tried first/],
  ["adamadamadam", /tried first/],
  ["correcthorsebatterystaple", /tried first/],
  ["ada-lovelace-1815", /your name/],
  ["L0velaceAda!123", /your name/],
  ["Countess 2026 x", /your name/],
];
for (const [password, words] of refused)
  test(`${JSON.stringify(password.slice(0, 30))} is refused`, async () => {
    assert.match(findPasswordProblem(password, names) ?? "", words);
  });

const taken = [
  "my cat eats three fish",
  "correct horse battery staple",
  "nine-of-ten-owls",
  "ada counts the looms of lyon",
  "пароль мой длинный",
  "犬が三匹と猫が二匹います。",
  "Tr0ub4dor&3xyz",
  "88-04-17-93-62-55",
];
for (const password of taken)
  test(`${JSON.stringify(password)} is taken`, async () => {
    assert.equal(findPasswordProblem(password, names), undefined);
  });

test("500 characters are taken, and a long one does not cost time without end", async () => {
  const long = `${"ab".repeat(249)}xy`;
  const began = performance.now();
  findPasswordProblem(long, names);
  assert.ok(performance.now() - began < 5000);
  const words = Array.from({ length: 100 }, (_, at) => `w${at * 37}x`).join(" ");
  assert.equal(findPasswordProblem(words.slice(0, 500).padEnd(500, "z"), names), undefined);
});

test("what is generated is taken, and nothing makes the rules fail", async () => {
  for (let times = 0; times < 200; times++)
    assert.equal(findPasswordProblem(generatePassword(), names), undefined);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), fc.string(), (password, name) => {
      const problem = findPasswordProblem(password, [name, ""]);
      assert.ok(problem === undefined || problem.startsWith("This password"));
    }),
  );
});
