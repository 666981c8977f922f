import { hash } from "node:crypto";
import type { Primaries } from "../redis/primaries.ts";
import { lifetimes } from "./lifetimes.ts";

/** How long an account's sign-out is remembered, in seconds: longer than any request in flight. */
const memorySeconds = 3600;
/** Members read per batch. */
const batchSize = 500;

/**
 * Adds a session or grant of an account, removes expired ones, and returns when the account was last signed out.
 */
const addScript = `
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return redis.call('GET', KEYS[2])`;

/**
 * Records the sign-out and returns a batch of the account's members with their scores: anything added afterwards
 * sees the record.
 */
const endScript = `
local known = tonumber(redis.call('GET', KEYS[2]) or '0')
if known < tonumber(ARGV[1]) then redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[2]) end
return redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[3], '+inf', 'WITHSCORES', 'LIMIT', ARGV[4], ARGV[5])`;

/** A session, by its key, or a grant, by its id, of an account. */
export interface AccountMember {
  readonly kind: "Session" | "Grant";
  readonly id: string;
  /** Time of the login or the consent, in seconds. */
  readonly startedAt: number;
}

/**
 * Where the next batch of an account begins: at a score, after skipping `skip` members of that score that stay.
 */
interface Position {
  readonly score: string;
  readonly skip: number;
}

/** Members to delete, and where the rest begins; `undefined` after the last batch. */
export interface AccountBatch {
  readonly found: readonly AccountMember[];
  readonly next: Position | undefined;
}

/** Before every member. */
export const firstPosition: Position = { score: "-inf", skip: 0 };

/**
 * Sessions and grants of one account, so that all of them can be ended at once; tokens follow their grants.
 * Members and the list are in different slots: a member is written first and listed second, a sign-out is recorded
 * first and its members are deleted second, so that of two concurrent operations the later one sees the other.
 */
export class AccountMembers {
  readonly #primaries: Primaries;

  constructor(primaries: Primaries) {
    this.#primaries = primaries;
  }

  /** `true` when the account was signed out after the member began: then the member must be removed. */
  async add(accountId: string, member: AccountMember, expiresAt: number): Promise<boolean> {
    const { members, ended } = nameKeys(accountId);
    const now = String(Math.floor(Date.now() / 1000));
    const values = [renderMember(member), String(expiresAt), now, String(lifetimes.grant)];
    const command = ["EVAL", addScript, "2", members, ended, ...values];
    const endedAt = await this.#primaries.write(members, command);
    return typeof endedAt === "string" && member.startedAt <= Number(endedAt);
  }

  /**
   * The members from `position` on that began until `endedAt` (in seconds) and must be deleted now. They stay
   * listed until `forget`, so that another gateway can continue; read the next batch after that. Each member is
   * read once, except those that moved meanwhile: to miss none, start over until nothing is found.
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

/** Both keys in one slot. Account ids of a company's own login may contain any character, including braces. */
function nameKeys(accountId: string): { readonly members: string; readonly ended: string } {
  const digest = hash("sha256", accountId, "base64url");
  return { members: `oauth2:account:{${digest}}`, ended: `oauth2:signed-out:{${digest}}` };
}
