import { isRecord } from "../is-record.ts";

/** Levels of a value that a message repeats. */
const deepestValue = 64;
/** Longest value that a message repeats, in characters. */
const longestValue = 4096;

/** As Java prints it: `[a, b]`, `{k=v}`; cut at the longest value. */
export function renderValue(value: unknown): string {
  const text = renderPart(value, 0);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

function renderPart(value: unknown, depth: number): string {
  const isList = Array.isArray(value);
  if (!isList && !isRecord(value)) return String(value);
  if (depth > deepestValue) return "…";
  let text = "";
  for (const [key, item] of Object.entries(value)) {
    if (text.length > longestValue) break;
    text += `${text === "" ? "" : ", "}${isList ? "" : `${key}=`}${renderPart(item, depth + 1)}`;
  }
  return isList ? `[${text}]` : `{${text}}`;
}
