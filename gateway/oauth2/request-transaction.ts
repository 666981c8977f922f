import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { AdapterPayload, errors as OAuth2Errors } from "oidc-provider";
import type { Logger } from "../logger.ts";
import type { Primaries } from "../redis/primaries.ts";
import type { Reply } from "../redis/reply-parser.ts";
import { RedisUnavailableError } from "../redis/unavailable.ts";
import { readTag } from "../tokens/token-key.ts";
import { nameBarrier, nameTombstone, type Place } from "./record-place.ts";
import { planRevocation, planStorage, type StoredRecord } from "./revocation.ts";
import {
  type CommitOutcome,
  type Consumption,
  isUnsettled,
  planCommit,
  planSettlement,
} from "./single-use.ts";
import { AbortJobs, type Work } from "./transaction-aborts.ts";

/**
 * How long a request waits for another one that uses the same record and its polling interval, both in
 * milliseconds; and how many requests may wait.
 */
const settlementMs = 2500;
const pollMs = 20;
const mostWaiting = 500;
/** Time after which a use counts as final, in seconds: its gateway is gone, or its confirmation was lost. */
const unsettledSeconds = 30;

/** The changes of one request. */
export interface UnitOfWork {
  readonly transaction: string;
  /** Whether records are stored only when the request has succeeded. */
  readonly defersStorage: boolean;
  readonly records: StoredRecord[];
  /** Where the device codes are that the request has read. */
  readonly places: Map<string, Place>;
  readonly revocations: Map<string, Promise<unknown>>;
  consumed: { readonly kind: string; readonly place: Place } | undefined;
  /** Whether a token without a grant was deleted. */
  destroyed: boolean;
  succeeded: boolean;
}

/**
 * Records that requests consume and issue, committed after the library has succeeded and before the response is
 * sent: a refused request changes nothing, and one with an unknown outcome is undone.
 */
export class UnitsOfWork {
  readonly #primaries: Primaries;
  readonly #errors: typeof OAuth2Errors;
  readonly #readRequest: () => IncomingMessage | undefined;
  readonly #units = new WeakMap<IncomingMessage, UnitOfWork>();
  readonly #aborts: AbortJobs;
  #waiting = 0;

  /** `readRequest` returns the request on whose behalf code is running. */
  constructor(
    primaries: Primaries,
    parts: {
      readonly errors: typeof OAuth2Errors;
      readonly logger: Logger;
      readonly work: Work;
      readonly readRequest: () => IncomingMessage | undefined;
    },
  ) {
    this.#primaries = primaries;
    this.#errors = parts.errors;
    this.#readRequest = parts.readRequest;
    this.#aborts = new AbortJobs(primaries, parts);
  }

  get current(): UnitOfWork | undefined {
    const request = this.#readRequest();
    return request === undefined ? undefined : this.#units.get(request);
  }

  begin(request: IncomingMessage, { defersStorage }: { readonly defersStorage: boolean }): UnitOfWork {
    const unit: UnitOfWork = {
      transaction: randomUUID(),
      defersStorage,
      records: [],
      places: new Map(),
      revocations: new Map(),
      consumed: undefined,
      destroyed: false,
      succeeded: false,
    };
    this.#units.set(request, unit);
    return unit;
  }

  /** The library has finished the request successfully. */
  succeed(request: IncomingMessage): void {
    const unit = this.#units.get(request);
    if (unit !== undefined) unit.succeeded = true;
  }

  /**
   * @throws RedisUnavailableError when the outcome is unknown; then it is undone @throws InvalidGrant,
   * InvalidRequestUri when another request was faster
   */
  async commit({ transaction, records, consumed }: UnitOfWork): Promise<void> {
    if (consumed === undefined) {
      await this.#primaries.writeAll(records.map(planStorage));
      return;
    }
    const { place, kind } = consumed;
    const foreign = records.find(({ tag }) => tag !== place.tag);
    if (foreign !== undefined) throw new Error(`${foreign.key} is not in the slot of ${place.key}.`);
    const consumedAt = Math.floor(Date.now() / 1000);
    const consumption: Consumption = { place, transaction, consumedAt, records };
    const outcome = await this.#commitOnce(consumption);
    if (outcome === "done") return;
    if (kind === "PushedAuthorizationRequest")
      throw new this.#errors.InvalidRequestUri("request_uri is invalid, expired, or was already used");
    // Two requests presented the same code or token: one of them is illegitimate.
    if (outcome === "used") await this.revoke(place.tag);
    throw new this.#errors.InvalidGrant(outcome);
  }

  async #commitOnce(consumption: Consumption): Promise<CommitOutcome> {
    const { key, args } = planCommit(consumption);
    for (;;) {
      let outcome: CommitOutcome;
      try {
        outcome = (await this.#primaries.write(key, args)) as CommitOutcome;
      } catch (error) {
        this.#aborts.begin(consumption);
        throw error;
      }
      if (outcome === "done") {
        const settlement = planSettlement(consumption);
        // Without it, others take a little longer to see that it is final.
        void this.#primaries.read(settlement.key, settlement.args).catch(() => {});
      }
      if (outcome !== "used") return outcome;
      const stored = await this.readSettled(consumption.place);
      if (stored === undefined || stored.consumed !== undefined) return outcome;
    }
  }

  /**
   * The record at the place once it is certain whether it was consumed: a request that failed may be about to be
   * undone.
   *
   * @throws RedisUnavailableError when that does not become certain
   */
  async readSettled(place: Place): Promise<AdapterPayload | undefined> {
    const deadline = performance.now() + settlementMs;
    for (;;) {
      const payload = await this.read(place);
      if (payload === undefined || !isUnsettled(payload)) return payload;
      if (performance.now() > deadline && Number(payload.consumed) < Date.now() / 1000 - unsettledSeconds)
        return payload;
      if (performance.now() > deadline || this.#waiting >= mostWaiting)
        throw new RedisUnavailableError("another request with the same code or token is still in progress");
      this.#waiting++;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
      this.#waiting--;
    }
  }

  /** `undefined` where there is no valid record. @throws RedisUnavailableError */
  async read({ key, tag }: Place): Promise<AdapterPayload | undefined> {
    const reply = await this.#primaries.read(key, ["MGET", key, nameTombstone(tag)]);
    const [stored, tombstone] = reply as readonly Reply[];
    if (typeof stored !== "string" || tombstone !== null) return undefined;
    return JSON.parse(stored) as AdapterPayload;
  }

  /**
   * A token that is not found may have been revoked by a request with an unknown outcome. Before a client is told
   * that it is revoked, all earlier writes in its slot must be durable. @throws RedisUnavailableError
   */
  async confirmRevocation({ revocations, destroyed }: UnitOfWork, token: string): Promise<void> {
    const tag = readTag(token);
    if (tag === undefined || destroyed || revocations.size > 0) return;
    const key = nameBarrier(tag);
    await this.#primaries.write(key, ["SET", key, "", "PX", "1000"]);
  }

  /** Deletes a record without dependents. @throws RedisUnavailableError */
  async delete(key: string): Promise<void> {
    await this.#primaries.write(key, ["DEL", key]);
    const { current } = this;
    if (current !== undefined) current.destroyed = true;
  }

  /** Revokes a grant; several calls in one request do it once. @throws RedisUnavailableError */
  async revoke(tag: string): Promise<void> {
    const { current } = this;
    const { key, args } = planRevocation(tag);
    const revocation = current?.revocations.get(tag) ?? this.#primaries.write(key, args);
    current?.revocations.set(tag, revocation);
    await revocation;
  }
}
