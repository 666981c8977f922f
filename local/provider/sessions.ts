import type { Resources } from "../region.ts";
import type { Properties } from "../resource.ts";
import { settle } from "./unsettled.ts";

interface Session {
  readonly defaultTags: Properties;
  /** URNs whose creation was reported to the engine at this connection. */
  readonly created: Set<string>;
}

/**
 * State of each engine connection. Requests do not name the provider instance that they belong to, but every
 * instance of every command has its own connection.
 */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #resources: Resources;

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  #of(peer: string): Session {
    const session = this.#sessions.get(peer) ?? { defaultTags: {}, created: new Set<string>() };
    this.#sessions.set(peer, session);
    return session;
  }

  configure(peer: string, defaultTags: Properties): void {
    // A new connection may reuse the port of one that was killed.
    this.#sessions.set(peer, { defaultTags, created: new Set() });
  }

  defaultTags(peer: string): Properties {
    return this.#sessions.get(peer)?.defaultTags ?? {};
  }

  created(peer: string, urn: string): void {
    this.#of(peer).created.add(urn);
  }

  /**
   * The engine ended normally, so its state has everything that was reported. The settings stay: after Ctrl-C the
   * engine sends this while its last steps still run.
   */
  end(peer: string): void {
    const session = this.#sessions.get(peer);
    for (const urn of session?.created ?? []) settle(this.#resources, urn);
    session?.created.clear();
  }
}
