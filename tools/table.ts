import { askMotoVersion, askVersion, type Probe } from "./probe.ts";
import type { BundleName, ToolName } from "./tool.ts";
import type { VersionRange } from "./version-range.ts";

/** Requirements of a tool, its location, and its version probe. */
export interface ToolRow {
  readonly bundle: BundleName;
  /** Name of the program on PATH. */
  readonly program: string;
  /** Its path in the bundle. */
  readonly unpacked: string;
  readonly wanted: VersionRange;
  /** Without one, the tool has the version of the first tool of its unit. */
  readonly probe?: Probe;
  /**
   * Folders that may contain its data files, relative to the prefix (`/usr`) of the program; `marker` identifies
   * the right one.
   */
  readonly share?: { readonly folders: readonly string[]; readonly marker: string };
}

/**
 * Versions that are obtained if PATH has none that is suitable. Debian's packages are those of the machine's
 * release.
 */
export const pinned = { pulumi: "3.259.0", moto: "5.2.5" } as const;

/** Every program that dmm-env needs. To add one, add its row, and its name to `units`. */
export const tools: Readonly<Record<ToolName, ToolRow>> = {
  node: {
    bundle: "node",
    program: "node",
    unpacked: "package/bin/node",
    wanted: { from: "24" },
    probe: askVersion({ arguments: ["--version"], pattern: /^v(\d+\.\d+\.\d+)/ }),
  },
  pulumi: {
    bundle: "pulumi",
    program: "pulumi",
    unpacked: "bin/pulumi",
    wanted: { from: "3.220", below: "4" },
    probe: askVersion({ arguments: ["version"], pattern: /^v(\d+\.\d+\.\d+)/ }),
  },
  "redis-server": {
    bundle: "debian",
    program: "redis-server",
    unpacked: "usr/bin/redis-server",
    wanted: { from: "7.0", below: "8" },
    probe: askVersion({ arguments: ["--version"], pattern: /\bv=(\d+\.\d+\.\d+)/ }),
  },
  mariadbd: {
    bundle: "debian",
    program: "mariadbd",
    unpacked: "usr/sbin/mariadbd",
    wanted: { from: "10.6" },
    probe: askVersion({ arguments: ["--no-defaults", "--version"], pattern: /Ver (\d+\.\d+\.\d+)-MariaDB/ }),
    share: { folders: ["share/mysql", "share/mariadb"], marker: "english/errmsg.sys" },
  },
  "mariadb-install-db": {
    bundle: "debian",
    program: "mariadb-install-db",
    unpacked: "usr/bin/mariadb-install-db",
    wanted: { from: "10.6" },
  },
  haproxy: {
    bundle: "debian",
    program: "haproxy",
    unpacked: "usr/sbin/haproxy",
    wanted: { from: "2.6" },
    // A build without TLS is unsuitable and reports no version here.
    probe: askVersion({ arguments: ["-vv"], pattern: /version (\d+\.\d+\.\d+)[\s\S]*USE_OPENSSL/ }),
  },
  moto: {
    bundle: "moto",
    program: "moto_server",
    unpacked: "bin/moto_server",
    wanted: { from: "5.2", below: "6" },
    probe: askMotoVersion,
  },
};

/** Tools that must come from the same installation; the first one's version counts for all. */
export const units: readonly (readonly [ToolName, ...ToolName[]])[] = [
  ["node"],
  ["pulumi"],
  ["redis-server"],
  ["mariadbd", "mariadb-install-db"],
  ["haproxy"],
  ["moto"],
];
