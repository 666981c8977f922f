import type { IncomingMessage, ServerResponse } from "node:http";
import type { Pool } from "../database/pool.ts";
import { readNotification, refuseNotification } from "../fleet/notification-reader.ts";
import type { Logger } from "../logger.ts";
import { allowances, Throttle } from "../login/throttle.ts";
import { describeReason } from "../reason.ts";
import type { Primaries } from "../redis/primaries.ts";
import { speaksForTask } from "../siblings.ts";
import { readSignOutOrders, type SignOutOrder, settleSignOut, signOutPath } from "../users/sign-out-jobs.ts";
import { carryOutOperatorActions } from "./operator-jobs.ts";
import { signOutEverywhere } from "./sign-out.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** How often a gateway looks for orders that it was not told of, in milliseconds. */
const lookMs = 2000;
/** Orders that are carried out at once: an account that holds much keeps no other waiting. */
const mostAtOnce = 4;

export interface SignOutWorkerParts {
  readonly pool: Pool;
  readonly primaries: Primaries;
  readonly signingKeys: SigningKeys;
  readonly logger: Logger;
  /** Of the admin site's notices. */
  readonly key: Buffer;
  readonly realm: string;
}

/** Carries out the orders to sign people out and what operators requested, when it is told of one and by looking now and then. */
export class SignOutWorker {
  readonly #parts: SignOutWorkerParts;
  #timer: NodeJS.Timeout | undefined;
  #away = false;
  /** Orders that are being carried out, by their ids: a look that finds one waits for it. */
  readonly #underWay = new Map<number, Promise<void>>();

  constructor(parts: SignOutWorkerParts) {
    this.#parts = parts;
  }

  /** To be called once the schema is there. */
  start(): void {
    if (!speaksForTask()) return;
    this.#timer = setInterval(() => void this.#look(), lookMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** `true` when the request was for this desk. It is answered once all orders are carried out. */
  respond(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.url !== signOutPath) return false;
    const { key, realm } = this.#parts;
    readNotification(request, { key, path: signOutPath }).then(
      async (body) => {
        if (body === undefined) return refuseNotification(request, response, realm);
        const done = await this.#look();
        response.writeHead(done ? 200 : 503, { "cache-control": "no-store", "content-length": 0 }).end();
      },
      () => response.destroy(),
    );
    return true;
  }

  /** Gateways that look at the same time do the same, and once more is harmless. */
  async #look(): Promise<boolean> {
    const { logger } = this.#parts;
    // One waits for Redis, the other perhaps for AWS KMS only.
    const looks = await Promise.allSettled([this.#signOut(), carryOutOperatorActions(this.#parts)]);
    const failed = looks.find((look) => look.status === "rejected");
    // A store is away. The order stays, and so does the next look.
    if (failed !== undefined && !this.#away)
      logger.warn({ error: describeReason(failed.reason) }, "sign-outs or operator actions pending");
    this.#away = failed !== undefined;
    return failed === undefined;
  }

  async #signOut(): Promise<void> {
    const { pool } = this.#parts;
    for (let orders = await readSignOutOrders(pool); orders.length > 0; ) {
      const left = orders.values();
      const lane = async () => {
        for (const order of left) await this.#carryOutOnce(order);
      };
      await Promise.all(Array.from({ length: mostAtOnce }, lane));
      orders = await readSignOutOrders(pool);
    }
  }

  async #carryOutOnce(order: SignOutOrder): Promise<void> {
    let carryingOut = this.#underWay.get(order.id);
    if (carryingOut === undefined) {
      carryingOut = this.#carryOut(order).finally(() => this.#underWay.delete(order.id));
      this.#underWay.set(order.id, carryingOut);
    }
    await carryingOut;
  }

  async #carryOut(order: SignOutOrder): Promise<void> {
    const { pool, primaries, logger } = this.#parts;
    const ended = await signOutEverywhere(primaries, order.accountId, order.orderedAt);
    if (order.attemptsOf !== null) await new Throttle(primaries).clear(allowances.user, order.attemptsOf);
    await settleSignOut(pool, order);
    logger.info({ account: order.accountId, ended }, "signed out everywhere");
  }
}
