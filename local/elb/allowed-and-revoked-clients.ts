import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BalancerPlan, revocationFiles } from "./balancer-plan.ts";
import type { Haproxy } from "./haproxy.ts";

/**
 * Lists that a running HAProxy has read from files and that are updated at run time: networks that may connect,
 * revoked serial numbers, revocation lists. Each change applies to the next connection or request, and never
 * partially.
 */
export class FollowedFiles {
  readonly #haproxy: Haproxy;
  /** HAProxy's current content, by file. */
  readonly #known = new Map<string, string>();

  constructor(haproxy: Haproxy) {
    this.#haproxy = haproxy;
  }

  /** Writes everything for a process that is about to start. */
  write(plan: BalancerPlan): void {
    for (const [file, read] of plan.sources) this.#write(file, renderLines(read()));
    for (const [store, revocations] of plan.revocations) {
      const files = revocationFiles(store);
      this.#write(files.serials, renderLines(revocations.serials));
      if (revocations.lists !== "") this.#write(files.lists, revocations.lists);
    }
  }

  /** Applies changes. */
  async follow(plan: BalancerPlan): Promise<void> {
    for (const [store, revocations] of plan.revocations) {
      const files = revocationFiles(store);
      // Serial numbers first: they end open connections, and cover the moment until the list is in effect.
      const changed = await this.#replaceLines(files.serials, revocations.serials);
      if (changed) await this.#haproxy.endFormer();
      await this.#replaceList(files.lists, revocations.lists);
    }
    await this.followSources(plan);
  }

  async followSources(plan: BalancerPlan): Promise<void> {
    for (const [file, read] of plan.sources) await this.#replaceLines(file, read());
  }

  /** Whether anything changed. */
  async #replaceLines(file: string, lines: readonly string[]): Promise<boolean> {
    if (this.#known.get(file) === renderLines(lines)) return false;
    const prepared = await this.#haproxy.command(`prepare acl ${file}`);
    const version = /version created: (\d+)/i.exec(prepared)?.[1];
    if (version === undefined) throw new Error(`${file} cannot be changed: ${prepared}`);
    const added = lines.map((line) => `add acl @${version} ${file} ${line}`);
    await this.#haproxy.command([...added, `commit acl @${version} ${file}`].join(";"));
    this.#write(file, renderLines(lines));
    return true;
  }

  async #replaceList(file: string, pem: string): Promise<void> {
    if (pem === "" || this.#known.get(file) === pem) return;
    await this.#haproxy.command(`set ssl crl-file ${file} <<\n${pem.trim()}\n`);
    const response = await this.#haproxy.command(`commit ssl crl-file ${file}`);
    if (!/Success/i.test(response)) throw new Error(`${file} cannot be changed: ${response}`);
    this.#write(file, pem);
  }

  #write(file: string, content: string): void {
    writeFileSync(join(this.#haproxy.directory, file), content, { mode: 0o600 });
    this.#known.set(file, content);
  }
}

function renderLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}
