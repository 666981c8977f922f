/** A program that dmm-env runs but does not contain. */
export type PartName =
  | "node"
  | "pulumi"
  | "redis-server"
  | "mariadbd"
  | "mariadb-install-db"
  | "haproxy"
  | "moto";

/** A unit of obtaining, with its folder in the toolchain. */
export type BundleName = "node" | "pulumi" | "debian" | "moto";

/** How to run a program: the form in which the local region takes its tools. */
export interface Part {
  /** Absolute path. */
  readonly command: string;
  /** Variables that it needs: libraries outside the system's paths. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of its data files, if any (`mariadbd`: the one with `english/errmsg.sys`). */
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
  /** The suitable versions, as text. */
  readonly wanted: string;
  /** Versions found instead, and why they are unsuitable. */
  readonly refused: readonly string[];
}

export interface ResolvedParts {
  readonly found: Readonly<Partial<Record<PartName, FoundPart>>>;
  readonly missing: readonly MissingPart[];
}
