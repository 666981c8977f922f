/** A program that dmm-env runs but does not contain. */
export type ToolName =
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
export interface Tool {
  /** Absolute path. */
  readonly command: string;
  /** Variables that it needs: libraries outside the system's paths. */
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of its data files, if any (`mariadbd`: the one with `english/errmsg.sys`). */
  readonly share?: string;
}

export interface FoundTool extends Tool {
  readonly name: ToolName;
  readonly version: string;
  /** `path`: installed on this machine; `toolchain`: obtained by `dmm-env setup`. */
  readonly source: "path" | "toolchain";
}

export interface MissingTool {
  readonly name: ToolName;
  /** The suitable versions, as text. */
  readonly wanted: string;
  /** Versions found instead, and why they are unsuitable. */
  readonly refused: readonly string[];
}

export interface ResolvedTools {
  readonly found: Readonly<Partial<Record<ToolName, FoundTool>>>;
  readonly missing: readonly MissingTool[];
}
