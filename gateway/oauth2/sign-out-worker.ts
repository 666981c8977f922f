import type { IncomingMessage, ServerResponse } from "node:http";
import type { Pool } from "../database/pool.ts";
import { readNotification, refuseNotification } from "../fleet/notification-reader.ts";
import type { Logger } from "../logger.ts";
import { allowances, Throttle } from "../login/throttle.ts";
import { describeReason } from "../reason.ts";
import type { Primaries } from "../redis/primaries.ts";
import { readSignOutJobs, type SignOutJob, settleSignOut, signOutPath } from "../users/sign-out-jobs.ts";
import { representsTask } from "../workers/worker-variables.ts";
import { carryOutOperatorActions } from "./operator-jobs.ts";
import { signOutEverywhere } from "./sign-out.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** Interval at which a gateway polls for jobs that it was not notified of, in milliseconds. */
const pollMs = 2000;
/** Jobs carried out concurrently: an account with many members does not block the others. */
const mostAtOnce = 4;

export interface SignOutWorkerParts {
  readonly pool: Pool;
  readonly primaries: Primaries;
  readonly signingKeys: SigningKeys;
  readonly logger: Logger;
  /** Key of the admin site's notifications. */
  readonly key: Buffer;
  readonly realm: string;
}

/** Carries out sign-out jobs and operator actions, when notified and by polling. */
export class SignOutWorker {
  readonly #parts: SignOutWorkerParts;
  #timer: NodeJS.Timeout | undefined;
  #away = false;
  /** Running jobs by id: another poll that finds one waits for it. */
  readonly #underWay = new Map<number, Promise<void>>();

  constructor(parts: SignOutWorkerParts) {
    this.#parts = parts;
  }

  /** Call it once the schema exists. */
  start(): void {
    if (!representsTask()) return;
    this.#timer = setInterval(() => void this.#poll(), pollMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** `true` when the request was for this worker. The response is sent once all jobs are done. */
  respond(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.url !== signOutPath) return false;
    const { key, realm } = this.#parts;
    readNotification(request, { key, path: signOutPath }).then(
      async (body) => {
        if (body === undefined) return refuseNotification(request, response, realm);
        const done = await this.#poll();
        response.writeHead(done ? 200 : 503, { "cache-control": "no-store", "content-length": 0 }).end();
      },
      () => response.destroy(),
    );
    return true;
  }

  /** Gateways that poll at the same time do the same work, which is idempotent. */
  async #poll(): Promise<boolean> {
    const { logger } = this.#parts;
    // One needs Redis, the other perhaps AWS KMS only.
    const results = await Promise.allSettled([this.#signOut(), carryOutOperatorActions(this.#parts)]);
    const failed = results.find((poll) => poll.status === "rejected");
    // A store is unavailable. The job stays, and polling continues.
    if (failed !== undefined && !this.#away)
      logger.warn({ error: describeReason(failed.reason) }, "sign-outs or operator actions pending");
    this.#away = failed !== undefined;
    return failed === undefined;
  }

  async #signOut(): Promise<void> {
    const { pool } = this.#parts;
    for (let jobs = await readSignOutJobs(pool); jobs.length > 0; ) {
      const left = jobs.values();
      const lane = async () => {
        for (const job of left) await this.#carryOutOnce(job);
      };
      await Promise.all(Array.from({ length: mostAtOnce }, lane));
      jobs = await readSignOutJobs(pool);
    }
  }

  async #carryOutOnce(job: SignOutJob): Promise<void> {
    let carryingOut = this.#underWay.get(job.id);
    if (carryingOut === undefined) {
      carryingOut = this.#carryOut(job).finally(() => this.#underWay.delete(job.id));
      this.#underWay.set(job.id, carryingOut);
    }
    await carryingOut;
  }

  async #carryOut(job: SignOutJob): Promise<void> {
    const { pool, primaries, logger } = this.#parts;
    const ended = await signOutEverywhere(primaries, job.accountId, job.requestedAt);
    if (job.attemptsOf !== null) await new Throttle(primaries).clear(allowances.user, job.attemptsOf);
    await settleSignOut(pool, job);
    logger.info({ account: job.accountId, ended }, "signed out everywhere");
  }
}
