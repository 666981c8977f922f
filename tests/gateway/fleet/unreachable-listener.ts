import { connect as dial, type Socket } from "node:net";
import { waitUntil } from "../../wait-until.ts";
import { StartedProcess } from "../started-process.ts";

const listen = "require('node:net').createServer().listen({ host: process.argv[1], port: 8080, backlog: 1 })";

/**
 * An address on which connections are neither accepted nor refused, as behind a network that drops packets: a
 * listening process is stopped, and its queue is full.
 */
export class UnreachableListener {
  readonly #process: StartedProcess;
  readonly #waiting: readonly Socket[];

  private constructor(process: StartedProcess, waiting: readonly Socket[]) {
    this.#process = process;
    this.#waiting = waiting;
  }

  static async start(host: string): Promise<UnreachableListener> {
    const listener = new StartedProcess(process.execPath, ["-e", listen, host]);
    await waitUntil("it listens", () => canConnect(host));
    listener.child.kill("SIGSTOP");
    const waiting: Socket[] = [];
    await waitUntil("its queue is full", async () => {
      const socket = dial(8080, host);
      socket.on("error", () => {});
      waiting.push(socket);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return socket.connecting;
    });
    return new UnreachableListener(listener, waiting);
  }

  async end(): Promise<void> {
    for (const socket of this.#waiting) socket.destroy();
    await this.#process.end();
  }
}

function canConnect(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial(8080, host, () => resolve(true));
    socket.on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
