import { setTimeout as elapse } from "node:timers/promises";
import type { Region } from "../region.ts";
import { AccessLog } from "./access-log.ts";
import { FollowedFiles } from "./allowed-and-revoked-clients.ts";
import { backendName } from "./backend-name.ts";
import type { RunningBalancer } from "./balancer-interface.ts";
import { type BalancerPlan, planBalancer } from "./balancer-plan.ts";
import { isClosed } from "./closing.ts";
import { Haproxy } from "./haproxy.ts";
import { renderServerOptions, type ServerPlan } from "./haproxy-backend.ts";
import { readStatistics, type ServerStatistics } from "./statistics.ts";
import { types } from "./types.ts";

/** Security groups are separate resources; this is the interval at which the balancer checks for changed rules. */
const followEveryMs = 200;
const deleteEveryMs = 200;
const deleteTries = 150;

/** One load balancer: an address and the HAProxy that serves its listeners. Changes are serialized. */
export class Balancer implements RunningBalancer {
  readonly region: Region;
  readonly arn: string;
  readonly address: string;
  readonly #haproxy: Haproxy;
  readonly #files: FollowedFiles;
  readonly accessLog: AccessLog;
  readonly #follow: NodeJS.Timeout;
  #plan: BalancerPlan | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #applying: Promise<void> | undefined;
  #ended = false;
  #closed: boolean;

  constructor(region: Region, arn: string, name: string) {
    this.region = region;
    this.arn = arn;
    this.#closed = isClosed(region);
    this.address = region.addresses.claim(0, `haproxy/${name}`);
    this.#haproxy = new Haproxy(region, name);
    this.#files = new FollowedFiles(this.#haproxy);
    this.accessLog = new AccessLog(region, arn, this.#haproxy);
    this.#haproxy.onRestart = () => {
      this.#plan = undefined;
      void this.apply().catch((error: Error) =>
        region.log("balancer.not-applied", { arn, reason: error.message }),
      );
    };
    this.#follow = setInterval(() => void this.followSources(), followEveryMs);
    this.#follow.unref();
  }

  /** Working directory and files of its HAProxy. */
  get directory(): string {
    return this.#haproxy.directory;
  }

  /** Serves what the resources currently say. Concurrent calls share one change. */
  apply(): Promise<void> {
    this.#applying ??= this.#inTurn(async () => {
      // Later callers need a state that this change may not include.
      this.#applying = undefined;
      await this.#apply();
    });
    return this.#applying;
  }

  /** Applies the current rules of security groups and trust stores without closing a connection that may stay. */
  async followSources(): Promise<void> {
    if (!this.#plan || this.#ended) return;
    await this.#followClosing();
    const plan = this.#plan;
    if (!plan) return;
    await this.#inTurn(() => this.#files.followSources(plan)).catch(() => {});
  }

  /** When the ingress closes, open connections are cut; new ones are refused by their source. */
  async #followClosing(): Promise<void> {
    const closed = isClosed(this.region);
    if (closed === this.#closed) return;
    this.#closed = closed;
    this.region.log(closed ? "ingress.closed" : "ingress.opened", { arn: this.arn });
    if (!closed) return;
    await this.#inTurn(async () => {
      await this.#haproxy.stop();
      this.#plan = undefined;
      await this.#apply();
    }).catch((error: Error) =>
      this.region.log("balancer.not-applied", { arn: this.arn, reason: error.message }),
    );
  }

  async addServer(targetGroupArn: string, server: ServerPlan): Promise<void> {
    await this.#inTurn(async () => {
      const group = this.region.resources.get(types.targetGroup, targetGroupArn);
      const backend = backendName(targetGroupArn);
      if (!group || !this.#plan?.backends.includes(backend)) return;
      const place = `${backend}/${server.name}`;
      const options = renderServerOptions(group.inputs);
      const response = await this.#haproxy.command(
        `add server ${place} ${server.address}:${server.port} ${options};enable health ${place};set server ${place} state ready`,
      );
      if (!/New server registered|already exists/i.test(response)) {
        this.region.log("balancer.server-refused", { place, response });
      }
    });
  }

  /** The server gets no new request. */
  async drainServer(backend: string, server: string): Promise<void> {
    await this.#inTurn(() => this.#haproxy.command(`set server ${backend}/${server} state drain`)).catch(
      () => "",
    );
  }

  /** Removes a server; with `cut` its requests in flight are aborted, without they may finish. */
  async removeServer(backend: string, server: string, { cut }: { readonly cut: boolean }): Promise<void> {
    const place = `${backend}/${server}`;
    const shutdown = cut ? `;shutdown sessions server ${place}` : "";
    await this.#inTurn(() => this.#haproxy.command(`set server ${place} state maint${shutdown}`)).catch(
      () => "",
    );
    void this.#deleteServer(place);
  }

  async readServers(backend: string): Promise<ReadonlyMap<string, ServerStatistics>> {
    if (!this.#plan) return new Map();
    return readStatistics(await this.#haproxy.command(`show stat ${backend} 4 -1`).catch(() => ""));
  }

  async readServer(backend: string, server: string): Promise<ServerStatistics | undefined> {
    return (await this.readServers(backend)).get(server);
  }

  async end(): Promise<void> {
    this.#ended = true;
    clearInterval(this.#follow);
    this.accessLog.end();
    await this.#haproxy.remove();
  }

  async #apply(): Promise<void> {
    if (this.#ended) return;
    const plan = await planBalancer(this.region, this);
    if (this.#plan?.configuration === plan.configuration) {
      this.#plan = plan;
      await this.#files.follow(plan);
      return;
    }
    this.#files.write(plan);
    if (plan.listens.length === 0) await this.#haproxy.stop();
    else await this.#haproxy.serve(plan);
    this.#plan = plan;
  }

  /** HAProxy deletes a server only when it has no connections, idle ones included. */
  async #deleteServer(place: string): Promise<void> {
    for (let tries = 0; tries < deleteTries && !this.#ended; tries += 1) {
      await elapse(deleteEveryMs, undefined, { ref: false });
      const response = await this.#haproxy.command(`del server ${place}`).catch(() => "gone");
      if (!/still has|must be|in use/i.test(response)) return;
    }
  }

  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const mine = this.#turn.then(change, change);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
