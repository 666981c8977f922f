import type { AdapterPayload } from "oidc-provider";
import type { Command } from "../redis/primaries.ts";
import { nameFence, nameTombstone, type Place } from "./record-place.ts";
import type { StoredRecord } from "./revocation.ts";

/** Outcome of a transaction that consumes a record. */
export type CommitOutcome = "done" | "used" | "revoked" | "missing" | "aborted";

/** A single-use record, with the records issued for it, in one slot. */
export interface Consumption {
  readonly place: Place;
  /** Id of the request; it makes the transaction idempotent. */
  readonly transaction: string;
  /** Seconds since 1970. */
  readonly consumedAt: number;
  readonly records: readonly StoredRecord[];
}

/**
 * Consumes the record at KEYS[3] and stores the records issued for it, atomically and idempotently. The mark is a
 * prefix of the text: a round trip through the script's JSON would turn empty lists into empty objects.
 */
const commitScript = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 'aborted' end
if redis.call('EXISTS', KEYS[2]) == 1 then return 'revoked' end
local stored = redis.call('GET', KEYS[3])
if not stored then return 'missing' end
if string.sub(stored, 1, string.len(ARGV[1])) ~= ARGV[1] then
  if string.sub(stored, 1, 12) == '{"consumed":' then return 'used' end
  redis.call('SET', KEYS[3], ARGV[1] .. string.sub(stored, 2), 'KEEPTTL')
end
for index = 4, #KEYS do
  redis.call('SET', KEYS[index], ARGV[2 * index - 6], 'EX', ARGV[2 * index - 5])
end
return 'done'`;

/** Undoes the transaction, and prevents it from being applied later. */
const abortScript = `
redis.call('SET', KEYS[1], '1', 'EX', 3600)
local stored = redis.call('GET', KEYS[2])
local length = string.len(ARGV[1])
if stored and string.sub(stored, 1, length) == ARGV[1] then
  redis.call('SET', KEYS[2], '{' .. string.sub(stored, length + 1), 'KEEPTTL')
end
for index = 3, #KEYS do redis.call('DEL', KEYS[index]) end
return 'OK'`;

/** Marks the transaction as final. */
const settleScript = `
local stored = redis.call('GET', KEYS[1])
local length = string.len(ARGV[1])
if stored and string.sub(stored, 1, length) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2] .. string.sub(stored, length + 1), 'KEEPTTL')
end
return 'OK'`;

export function planCommit(consumption: Consumption): Command {
  const { place, transaction, records } = consumption;
  const { key, tag } = place;
  const keys = [nameFence(tag, transaction), nameTombstone(tag), key, ...records.map((record) => record.key)];
  const values = records.flatMap(({ text, seconds }) => [text, String(seconds)]);
  return {
    key,
    args: ["EVAL", commitScript, String(keys.length), ...keys, renderMark(consumption), ...values],
  };
}

export function planAbort(consumption: Consumption): Command {
  const { place, transaction, records } = consumption;
  const keys = [nameFence(place.tag, transaction), place.key, ...records.map((record) => record.key)];
  return {
    key: place.key,
    args: ["EVAL", abortScript, String(keys.length), ...keys, renderMark(consumption)],
  };
}

export function planSettlement(consumption: Consumption): Command {
  const { key } = consumption.place;
  const settled = renderMark({ ...consumption, transaction: "" });
  return { key, args: ["EVAL", settleScript, "1", key, renderMark(consumption), settled] };
}

function renderMark({ consumedAt, transaction }: Pick<Consumption, "consumedAt" | "transaction">): string {
  return `{"consumed":${consumedAt},"by":"${transaction}",`;
}

/** Whether the record was consumed by a request that may still be undone. */
export function isUnsettled(payload: AdapterPayload): boolean {
  return payload.consumed !== undefined && typeof payload.by === "string" && payload.by !== "";
}
