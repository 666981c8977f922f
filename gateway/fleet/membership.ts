import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConfigurationWatch } from "../configuration/watch.ts";
import type { Pool } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import type { Channel } from "../workers/channel.ts";
import { Siblings } from "../workers/siblings.ts";
import { Heartbeat } from "./heartbeat.ts";
import { serveNotification } from "./notification-endpoint.ts";

export interface MembershipParts {
  readonly pool: Pool;
  readonly logger: Logger;
  readonly address: string;
  readonly port: number;
  readonly realm: string;
  /** Of the admin site's notifications. */
  readonly key: Buffer;
  readonly readState: () => string;
  readonly watch: ConfigurationWatch;
  /** Absent in a gateway without workers. */
  readonly parent: Channel | undefined;
}

/** A gateway's membership in the fleet: it sends heartbeats and receives notifications of new versions. */
export class Membership {
  readonly #heartbeat: Heartbeat;
  readonly #response: (request: IncomingMessage, response: ServerResponse) => boolean;

  constructor(parts: MembershipParts) {
    this.#heartbeat = new Heartbeat(parts);
    const endpoint = {
      ...parts,
      instance: this.#heartbeat.instance,
      siblings: new Siblings(parts.parent, async (version) => {
        await parts.watch.reach(version);
        return parts.watch.current.version;
      }),
    };
    this.#response = (request, response) => serveNotification(request, response, endpoint);
  }

  /** Call it once the schema exists. */
  announce(): void {
    this.#heartbeat.start();
  }

  /** `true` when the request was a notification. */
  respond(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#response(request, response);
  }

  /** Records that this gateway has left. */
  leave(): Promise<void> {
    return this.#heartbeat.close();
  }
}
