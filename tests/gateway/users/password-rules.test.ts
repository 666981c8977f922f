import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Worker } from "node:worker_threads";
import fc from "fast-check";
import { test } from "tap";
import { generatePassword } from "../../../gateway/users/generated-password.ts";
import { findPasswordProblem } from "../../../gateway/users/password-rules.ts";
import { findWeakness } from "../../../gateway/users/password-strength.ts";
import { commonWords } from "./common-words.ts";
import { hostile } from "./hostile-passwords.ts";

const names = ["ada.lovelace", "Ada Lovelace", "countess@example.test", "login.acme.example"];

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
  ["correct horse battery staple", /too easy to guess/],
  ["welcome-welcome", /too easy to guess/],
  ["constructorconstructor", /too easy to guess/],
  ["__proto____proto__", /too easy to guess/],
  ["ada-lovelace-1815", /your name/],
  ["L0velaceAda!123", /your name/],
  ["Countess 2026 x", /your name/],
  ["lovelace.ada!1815", /your name/],
  ["countess@example.test", /your email address/],
  ["Login.Acme.Example1", /the name of this service/],
  ["acme-example-2026", /the name of this service/],
];
for (const [password, words] of refused)
  test(`${JSON.stringify(password.slice(0, 30))} is refused`, async () => {
    assert.match((await findPasswordProblem(password, names)) ?? "", words);
  });

const taken = [
  "my cat eats three fish",
  "correct mare battery rivet",
  "nine-of-ten-owls",
  "ada counts the looms of lyon",
  "пароль мой длинный",
  "犬が三匹と猫が二匹います。",
  "Tr0ub4dor&3xyz",
  "88-04-17-93-62-55",
];
for (const password of taken)
  test(`${JSON.stringify(password)} is accepted`, async () => {
    assert.equal(await findPasswordProblem(password, names), undefined);
  });

test("a refusal says what is wrong and how to improve it", async () => {
  assert.equal(
    await findPasswordProblem("abcabcabcabcabc", names),
    'This password is too easy to guess. Repeated character patterns like "abcabcabc" are easy to guess. Add more words that are less common. Avoid repeated words and characters.',
  );
  assert.equal(
    await findPasswordProblem("ada-lovelace-1815", names),
    "This password is too similar to your name, your email address or the name of this service. Add more words that are less common.",
  );
});

/** Common decorations of a refused word. */
const decorations: Readonly<Record<string, (word: string) => string>> = {
  repeated: (word) => word.repeat(Math.max(2, Math.ceil(12 / word.length))),
  "repeated with hyphens": (word) =>
    Array(Math.max(2, Math.ceil(12 / (word.length + 1))))
      .fill(word)
      .join("-"),
  "with digits": (word) => `${word}1234567890123`.slice(0, Math.max(12, word.length + 3)),
  "with a capital, a year and signs": (word) =>
    `${word[0]?.toUpperCase()}${word.slice(1)}2026!!`.padEnd(12, "!"),
  "with signs for letters": (word) =>
    (word + word + word)
      .replace(/[aeosi]/g, (letter) => ({ a: "4", e: "3", o: "0", s: "$", i: "1" })[letter]!)
      .slice(0, Math.max(12, 2 * word.length)),
};

for (const [name, decorate] of Object.entries(decorations))
  test(`a common word ${name} is refused`, async () => {
    const taken = commonWords.map(decorate).filter((password) => findWeakness(password, []) === undefined);
    assert.deepEqual(taken, []);
  });

test("500 characters are taken", async () => {
  const words = Array.from({ length: 100 }, (_, at) => `w${at * 37}x`).join(" ");
  assert.equal(await findPasswordProblem(words.slice(0, 500).padEnd(500, "z"), names), undefined);
});

test("hostile passwords of any length are rated in bounded time, without holding up the event loop", async () => {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  for (const [name, password] of Object.entries(hostile)) {
    const begun = performance.now();
    await findPasswordProblem(password, names);
    const elapsed = performance.now() - begun;
    assert.ok(elapsed < 10_000, `${name} took ${elapsed} ms`);
  }
  delays.disable();
  assert.ok(delays.percentile(90) / 1e6 < 500, `held up for ${delays.percentile(90) / 1e6} ms`);
});

test("generated passwords are accepted, and no input makes the rules fail", async () => {
  for (let times = 0; times < 200; times++) assert.equal(findWeakness(generatePassword(), names), undefined);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme", maxLength: 60 }), fc.string(), async (password, name) => {
      const weakness = findWeakness(password.normalize("NFKC"), [name, ""]);
      assert.ok(weakness === undefined || weakness.advice.length > 0);
    }),
  );
});

test("the threads that rate passwords never overlap, and their memory is limited", async (context) => {
  let running = 0;
  let most = 0;
  const limits: (number | undefined)[] = [];
  const onWorker = (thread: Worker) => {
    running++;
    most = Math.max(most, running);
    limits.push(thread.resourceLimits?.maxOldGenerationSizeMb);
    thread.once("exit", () => running--);
  };
  process.on("worker", onWorker);
  context.teardown(() => process.off("worker", onWorker));
  await Promise.all(taken.slice(0, 4).map((password) => findPasswordProblem(password, names)));
  assert.deepEqual([most, limits], [1, [256, 256, 256, 256]]);
});
