import type { IncomingMessage, ServerResponse } from "node:http";
import type { ConfigurationWatch } from "../configuration/watch.ts";
import type { Pool } from "../database/pool.ts";
import type { Logger } from "../logger.ts";
import { Siblings } from "../siblings.ts";
import { Announcement } from "./heartbeat.ts";
import { deriveNoticeKey } from "./notification.ts";
import { answerNotice } from "./notification-endpoint.ts";

export interface MembershipParts {
  readonly pool: Pool;
  readonly logger: Logger;
  readonly address: string;
  readonly port: number;
  readonly realm: string;
  readonly databasePassword: string;
  readonly readState: () => string;
  readonly watch: ConfigurationWatch;
}

/** A gateway's part in the fleet: it says that it is there, and hears of new versions. */
export class Membership {
  readonly #announcement: Announcement;
  readonly #answer: (request: IncomingMessage, response: ServerResponse) => boolean;

  constructor(parts: MembershipParts) {
    this.#announcement = new Announcement(parts);
    const endpoint = {
      ...parts,
      key: deriveNoticeKey(parts.databasePassword),
      instance: this.#announcement.instance,
      siblings: new Siblings(async (version) => {
        await parts.watch.reach(version);
        return parts.watch.current.version;
      }),
    };
    this.#answer = (request, response) => answerNotice(request, response, endpoint);
  }

  /** To be called once the schema is there. */
  announce(): void {
    this.#announcement.start();
  }

  /** `true` when the request was a notice. */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    return this.#answer(request, response);
  }

  /** Says that this gateway is gone. */
  leave(): Promise<void> {
    return this.#announcement.close();
  }
}
