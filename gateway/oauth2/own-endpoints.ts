import type { IncomingMessage, ServerResponse } from "node:http";
import type { OwnEndpoints } from "../request/step.ts";
import { isOwnPath } from "./endpoints.ts";
import type { OAuth2Server } from "./server.ts";

/** The OAuth2 server's endpoints, also while the server is starting: it is loaded after the listener is open. */
export class OAuth2Endpoints implements OwnEndpoints {
  #server: OAuth2Server | undefined;

  owns(path: string): boolean {
    return isOwnPath(path);
  }

  serve(request: IncomingMessage, response: ServerResponse): boolean {
    this.#server?.serve(request, response);
    return this.#server !== undefined;
  }

  /** From now on the server responds. */
  open(server: OAuth2Server): void {
    this.#server = server;
  }
}
