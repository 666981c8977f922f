import { Haproxy } from "../elb/haproxy.ts";
import { serveEndpoints } from "../elb/tcp-endpoint.ts";
import type { Region } from "../region.ts";
import type { DatabaseInstance } from "./instance.ts";

/** An Aurora cluster has at most one writer and fifteen readers. */
const slots = 16;

/**
 * The cluster endpoint leads to the writer, the reader endpoint to the readers (to the writer if there are none).
 * Aurora moves them by DNS within seconds; here servers are switched in the running HAProxy within milliseconds.
 */
export class DatabaseEndpoints {
  readonly writerAddress: string;
  readonly readerAddress: string;
  readonly #region: Region;
  readonly #id: string;
  readonly #port: number;
  readonly #haproxy: Haproxy;
  /** The slot of each instance in the configuration. */
  readonly #slotOf = new Map<DatabaseInstance, number>();
  #shown: readonly string[] = [];

  constructor(region: Region, id: string, port: number) {
    this.#region = region;
    this.#id = id;
    this.#port = port;
    this.writerAddress = region.addresses.claim(0, `mariadb/${id}`);
    this.readerAddress = region.addresses.claim(0, `mariadb/${id}/readers`);
    this.#haproxy = new Haproxy(region, `mariadb-${id}`);
    this.#haproxy.onRestart = () => void this.#haproxy.command(this.#shown.join(";")).catch(() => {});
  }

  async serve(): Promise<void> {
    const servers = Array.from({ length: slots }, (_slot, index) => ({
      name: `i${index}`,
      address: "127.0.0.1",
      port: 1,
      ready: false,
    }));
    const shape = { port: this.#port, servers, checked: false };
    await serveEndpoints(this.#region, this.#haproxy, [
      { ...shape, name: "writer", address: this.writerAddress, algorithm: "roundrobin" },
      { ...shape, name: "readers", address: this.readerAddress, algorithm: "leastconn" },
    ]);
  }

  /** Directs the endpoints to the running instances, by their roles. */
  async show(instances: readonly DatabaseInstance[], writer: DatabaseInstance | undefined): Promise<void> {
    this.#assignSlots(instances);
    const running = instances.filter((instance) => instance.process);
    const readers = running.filter((instance) => instance !== writer);
    const commands: string[] = [];
    for (let slot = 0; slot < slots; slot += 1) {
      const instance = running.find((candidate) => this.#slotOf.get(candidate) === slot);
      const isWriter = instance !== undefined && instance === writer;
      const isReader =
        instance !== undefined && (readers.includes(instance) || (isWriter && readers.length === 0));
      commands.push(...switchServer(`writer/i${slot}`, isWriter ? instance : undefined, this.#port));
      commands.push(...switchServer(`readers/i${slot}`, isReader ? instance : undefined, this.#port));
    }
    this.#shown = commands;
    await this.#haproxy.command(commands.join(";")).catch(() => "");
  }

  async remove(): Promise<void> {
    await this.#haproxy.remove();
    this.#region.addresses.release(`mariadb/${this.#id}`);
    this.#region.addresses.release(`mariadb/${this.#id}/readers`);
  }

  #assignSlots(instances: readonly DatabaseInstance[]): void {
    for (const known of this.#slotOf.keys()) if (!instances.includes(known)) this.#slotOf.delete(known);
    for (const instance of instances) {
      if (this.#slotOf.has(instance)) continue;
      const taken = new Set(this.#slotOf.values());
      const free = Array.from({ length: slots }, (_slot, index) => index).find((index) => !taken.has(index));
      if (free !== undefined) this.#slotOf.set(instance, free);
    }
  }
}

function switchServer(
  server: string,
  instance: DatabaseInstance | undefined,
  port: number,
): readonly string[] {
  if (!instance) return [`set server ${server} state maint`, `shutdown sessions server ${server}`];
  return [`set server ${server} addr ${instance.address} port ${port}`, `set server ${server} state ready`];
}
