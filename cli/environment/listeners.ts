import { readFileSync } from "node:fs";

/** A listening TCP socket of this machine, with the inode that identifies its process. */
export interface LoopbackListener {
  /** `127.23.0.10:8443`. */
  readonly address: string;
  /** Every listener on an address of 127.0.0.0/8, from the kernel's list; see proc(5), /proc/net/tcp. */
  readonly network: number;
  readonly inode: string;
}

/** Every listener on an address of 127.0.0.0/8, from the kernel's list; see proc(5), /proc/net/tcp. */
export function readLoopbackListeners(): readonly LoopbackListener[] {
  const listeners: LoopbackListener[] = [];
  for (const line of readFileSync("/proc/net/tcp", "latin1").split("\n").slice(1)) {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    // State 0A is LISTEN; the address is in host byte order: 0A00177F:20FB reads 127.23.0.10:8443.
    const [, a, b, c, d, port] = /^(..)(..)(..)(..):(....)$/.exec(local) ?? [];
    if (state !== "0A" || d !== "7F") continue;
    const [network = 0, third, fourth, number] = [c, b, a, port].map((part) =>
      Number.parseInt(part ?? "", 16),
    );
    listeners.push({ address: `127.${network}.${third}.${fourth}:${number}`, network, inode });
  }
  return listeners;
}
