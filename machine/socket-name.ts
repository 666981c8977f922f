import { connect, createServer, type Server } from "node:net";

/**
 * Reserves a name for this process until it ends; false when another process has it. The name is in Linux's
 * abstract socket namespace: the kernel frees it however the process ends. A process that asks for the name's
 * holder receives `text`.
 */
export async function reserveSocketName(name: string, text = ""): Promise<boolean> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(text);
  });
  const isReserved = await listen(server, name);
  if (isReserved) server.unref();
  return isReserved;
}

/**
 * The text of the process that has a name; undefined if there is none or it does not respond within `withinMs`.
 */
export async function readSocketName(name: string, withinMs: number): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const socket = connect({ path: abstractPath(name) });
    let text = "";
    const finish = (result: string | undefined) => {
      socket.destroy();
      resolve(result);
    };
    socket.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    socket
      .once("end", () => finish(text))
      .once("error", () => finish(undefined))
      .setTimeout(withinMs, () => finish(undefined));
  });
}

function listen(server: Server, name: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen({ path: abstractPath(name) }, () => resolve(true));
  });
}

function abstractPath(name: string): string {
  return `\0${name}`;
}
