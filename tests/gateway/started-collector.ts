import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code: number };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

type Attributes = readonly { key: string; value: Record<string, unknown> }[];

interface Body {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, "attributes"> & { readonly attributes: Attributes })[];
    }[];
  }[];
}

/** Receives spans as OTLP/HTTP in JSON. */
export class StartedCollector {
  readonly spans: ReceivedSpan[] = [];
  /** Every received byte, to search for forbidden content. */
  received = "";
  /** Of every received batch. */
  readonly headers: IncomingHttpHeaders[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", async (request, response) => {
      this.headers.push(request.headers);
      let text = "";
      for await (const chunk of request.setEncoding("utf8")) text += chunk;
      this.received += text;
      if (request.url === "/v1/traces") this.#take(JSON.parse(text) as Body);
      response.writeHead(request.url === "/v1/traces" ? 200 : 404, { "content-type": "application/json" });
      response.end("{}");
    });
  }

  static async start(host: string): Promise<StartedCollector> {
    const server = createServer();
    server.listen(0, host);
    await once(server, "listening");
    return new StartedCollector(server);
  }

  get origin(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #take(body: Body): void {
    for (const { resource, scopeSpans } of body.resourceSpans)
      for (const { spans } of scopeSpans)
        for (const span of spans)
          this.spans.push({
            ...span,
            attributes: readAttributes(span.attributes),
            resource: readAttributes(resource.attributes),
          });
  }
}

function readAttributes(list: Attributes): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
}
