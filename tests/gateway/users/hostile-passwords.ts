import { passwordLimits } from "../../../gateway/users/password-rules.ts";

/** Worst-case passwords for a pattern matcher: repeats, character substitutions, dates, nested words. */
export const hostile: Readonly<Record<string, string>> = {
  "repeats within repeats": fill("aabbaabbccddccdd"),
  "repeats with a different end": `${fill("ab").slice(0, -2)}xy`,
  "signs that are read as letters": fill("4@3013!$57|()<>[]{}"),
  "one sign that is read as several letters": `${fill("1").slice(0, -1)}x`,
  "two halves of signs": fill("4@8({[<3690!1|&$5+7%2(|)/<>"),
  digits: fill("3141592653589793238462643383279502884197"),
  dates: fill("11111991"),
  "dates with separators": fill("1/1/91."),
  words: fill("password"),
  "short words": fill("theoftoainonatonetwo"),
  "words in sequence": fill("onetwothreefour"),
  "a row of keys": fill("qwertyuiop"),
  letters: fill("k7mfqxw3pd9hhvat2ebnzc5rjy8gl4us6"),
  "signs of several letters": fill("vv\\/\\/|<|_|()[]!1"),
  emoji: fill("👍🐈"),
  "Thue-Morse": Array.from(
    { length: passwordLimits.most },
    (_, at) => "01"[(at.toString(2).match(/1/g) ?? []).length % 2],
  ).join(""),
};

function fill(unit: string): string {
  return unit.repeat(passwordLimits.most).slice(0, passwordLimits.most);
}
