import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { generatePassword } from "../../../gateway/users/generated-password.ts";
import { findPasswordProblem } from "../../../gateway/users/password-rules.ts";

const names = ["ada.lovelace", "Ada Lovelace", "countess@example.test"];

const refused: readonly (readonly [password: string, words: RegExp])[] = [
  ["", /0 characters; use at least 12/],
  ["x", /has 1 character;/],
  ["elevenchars", /11 characters/],
  // Eleven characters, whatever their length in UTF-16.
  ["👍".repeat(11), /11 characters/],
  ["x7 ".repeat(167), /at most 500/],
  ["password1234", /too easy to guess/],
  ["P4$$w0rd!!!!", /too easy to guess/],
  ["PasswordPassword", /too easy to guess/],
  ["ｐａｓｓｗｏｒｄ１２３４", /too easy to guess/],
  ["letmein-letmein", /too easy to guess/],
  ["Summer2026!!", /too easy to guess/],
  ["iloveyou2024iloveyou", /too easy to guess/],
  ["aaaaaaaaaaaaaaaaaa", /too easy to guess/],
  ["            ", /too easy to guess/],
  ["123456789012", /too easy to guess/],
  ["zyxwvutsrqponm", /too easy to guess/],
  ["qwertyuiopas", /too easy to guess/],
  ["lkjhgfdsapoiuy", /too easy to guess/],
  ["1q2w3e4r5t6y", /too easy to guess/],
  ["abababababab", /too easy to guess/],
  ["adamadamadam", /too easy to guess/],
  ["correcthorsebatterystaple", /too easy to guess/],
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
