/** A program that dmm-env runs but is not part of it. */
export type PartName =
  | "node"
  | "pulumi"
  | "redis-server"
  | "mariadbd"
  | "mariadb-install-db"
  | "haproxy"
  | "moto";

/** What is obtained in one go, and the folder of the toolchain that it fills. */
export type BundleName = "node" | "pulumi" | "debian" | "moto";

/** How to run a program: the shape in which the local region takes its parts. */
export interface Part {
  /** Absolute path. */
  readonly command: string;
  /** What its environment needs: libraries outside the system's paths. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of its data files, where it has any (`mariadbd`: the one that holds `english/errmsg.sys`). */
  readonly share?: string;
}

export interface FoundPart extends Part {
  readonly name: PartName;
  readonly version: string;
  /** `path`: installed on this machine; `toolchain`: obtained by `dmm-env setup`. */
  readonly source: "path" | "toolchain";
}

export interface MissingPart {
  readonly name: PartName;
  /** The versions that would do, in words. */
  readonly wanted: string;
  /** What was seen instead, and why it does not do. */
  readonly refused: readonly string[];
}

export interface ResolvedParts {
  readonly found: Readonly<Partial<Record<PartName, FoundPart>>>;
  readonly missing: readonly MissingPart[];
}
