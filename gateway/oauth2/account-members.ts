import { hash } from "node:crypto";
import type { Primaries } from "../redis/primaries.ts";
import { lifetimes } from "./lifetimes.ts";

/** That an account was signed out is remembered for longer than any request that was under way, in seconds. */
const memorySeconds = 3600;
/** How many are read at once. */
const batchSize = 500;

/** Adds what an account holds, forgets what has expired, and gives back when the account was last signed out. */
const addScript = `
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return redis.call('GET', KEYS[2])`;

/**
 * Notes the sign-out and gives back some of what the account holds, with the score of each: whatever is added from here
 * on sees the note.
 */
const endScript = `
local known = tonumber(redis.call('GET', KEYS[2]) or '0')
if known < tonumber(ARGV[1]) then redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2]) end
return redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[3], '+inf', 'WITHSCORES', 'LIMIT', ARGV[4], ARGV[5])`;

/** What a person holds: a session, by its key, or a grant, by its id. */
export interface AccountMember {
  readonly kind: "Session" | "Grant";
  readonly id: string;
  /** Of the login or the consent, in seconds. */
  readonly startedAt: number;
}

/** Where the next batch of an account begins: at a score, after `skip` members of that score that stay. */
interface Position {
  readonly score: string;
  readonly skip: number;
}

/** Some of what must be deleted, and where the rest begins, `undefined` after the last batch. */
export interface AccountBatch {
  readonly found: readonly AccountMember[];
  readonly next: Position | undefined;
}

/** Before every member. */
export const firstPosition: Position = { score: "-inf", skip: 0 };

/**
 * Sessions and grants of one account, so that all of them can be ended at once; tokens follow their grants. As with
 * grants, what is listed lies in other slots: it is written first and listed second, a sign-out is noted first and its
 * members are deleted second, so that of two at once the later one sees the other.
 */
export class AccountMembers {
  readonly #primaries: Primaries;

  constructor(primaries: Primaries) {
    this.#primaries = primaries;
  }

  /** `true` when the account was signed out since the member began: then it must go again. */
  async add(accountId: string, member: AccountMember, expiresAt: number): Promise<boolean> {
    const { members, ended } = nameKeys(accountId);
    const now = String(Math.floor(Date.now() / 1000));
    const values = [renderMember(member), String(expiresAt), now, String(lifetimes.grant)];
    const command = ["EVAL", addScript, "2", members, ended, ...values];
    const endedAt = await this.#primaries.write(members, command);
    return typeof endedAt === "string" && member.startedAt <= Number(endedAt);
  }

  /**
   * What began until `endedAt` (in seconds) among the members from `position` on, and must be deleted now. It stays
   * listed until `forget`, so that another gateway can continue; the next batch is read after that. Each member is read
   * once, whatever their number, except those that moved meanwhile: whoever must miss none begins at the first again
   * until nothing is found.
   */
  async end(accountId: string, endedAt: number, position: Position): Promise<AccountBatch> {
    const { members, ended } = nameKeys(accountId);
    const values = [endedAt, memorySeconds, position.score, position.skip, batchSize].map(String);
    const command = ["EVAL", endScript, "2", members, ended, ...values];
    const reply = (await this.#primaries.write(members, command)) as readonly string[];
    const found: AccountMember[] = [];
    let { score, skip } = position;
    for (let index = 0; index < reply.length; index += 2) {
      if (reply[index + 1] !== score) [score, skip] = [reply[index + 1]!, 0];
      const member = parseMember(reply[index]!);
      if (member.startedAt <= endedAt) found.push(member);
      else skip++;
    }
    return { found, next: reply.length < batchSize * 2 ? undefined : { score, skip } };
  }

  async forget(accountId: string, members: readonly AccountMember[]): Promise<void> {
    if (members.length === 0) return;
    const { members: key } = nameKeys(accountId);
    await this.#primaries.write(key, ["ZREM", key, ...members.map(renderMember)]);
  }
}

function renderMember({ kind, startedAt, id }: AccountMember): string {
  return `${kind} ${startedAt} ${id}`;
}

function parseMember(text: string): AccountMember {
  const [kind = "", startedAt = "", ...id] = text.split(" ");
  return { kind: kind === "Session" ? kind : "Grant", startedAt: Number(startedAt), id: id.join(" ") };
}

/** Both in one slot. A company's own account ids may have any character, braces too. */
function nameKeys(accountId: string): { readonly members: string; readonly ended: string } {
  const digest = hash("sha256", accountId, "base64url");
  return { members: `oauth2:account:{${digest}}`, ended: `oauth2:signed-out:{${digest}}` };
}
