import type { Command } from "commander";

/** A command as the program's help lists it; its module is loaded only when the command runs. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Complete command lines that `--help` shows. */
  readonly examples: readonly string[];
  readonly load: () => Promise<(program: Command) => unknown>;
  /** Names of the command in other tools, for suggestions. */
  readonly alsoKnownAs?: readonly string[];
  /** Subcommands, each with its own help. */
  readonly subcommands?: readonly string[];
}

export const commands: readonly CommandEntry[] = [
  {
    name: "up",
    summary: "Create an environment, or update it to the current program and image",
    examples: ["dmm-env up feature-x", "dmm-env up feature-x --for 2d"],
    load: async () => (await import("./up.ts")).registerUp,
    alsoKnownAs: ["create", "deploy", "start"],
  },
  {
    name: "verify",
    summary: "Check every claim of the platform and write evidence",
    examples: ["dmm-env verify feature-x", "dmm-env verify feature-x --suite oauth2 --suite recovery"],
    load: async () => (await import("./verify.ts")).registerVerify,
    alsoKnownAs: ["test", "check"],
  },
  {
    name: "down",
    summary: "Tear an environment down: revoke access, delete every resource, prove that nothing is left",
    examples: ["dmm-env down feature-x"],
    load: async () => (await import("./down.ts")).registerDown,
    alsoKnownAs: ["destroy", "delete", "remove", "rm", "stop", "release"],
  },
  {
    name: "gate",
    summary: "Run up, verify and down in a row, for CI; always ends with down",
    examples: ['dmm-env gate "pr-$NUMBER" --json > gate.json', "dmm-env gate feature-x --profile full"],
    load: async () => (await import("./gate.ts")).registerGate,
  },
  {
    name: "status",
    summary: "Show the current status of an environment",
    examples: ["dmm-env status feature-x"],
    load: async () => (await import("./status.ts")).registerStatus,
    alsoKnownAs: ["show", "info"],
  },
  {
    name: "list",
    summary: "List the environments of this checkout",
    examples: ["dmm-env list", "dmm-env list --target aws"],
    load: async () => (await import("./list.ts")).registerList,
    alsoKnownAs: ["ls"],
  },
  {
    name: "access",
    summary: "Grant, revoke and list access to an environment",
    examples: ["dmm-env access grant feature-x jane.doe --for 4h", "dmm-env access list feature-x"],
    load: async () => (await import("./access.ts")).registerAccess,
    subcommands: ["grant", "revoke", "list"],
  },
  {
    name: "attestation",
    summary: "Check the signatures of an attestation or a teardown proof",
    examples: ["dmm-env attestation check proof.json --key signer.pub.pem"],
    load: async () => (await import("./attestation.ts")).registerAttestation,
    subcommands: ["check"],
  },
  {
    name: "logs",
    summary: "Show the logs of an environment's components",
    examples: ["dmm-env logs feature-x task/gateway --follow", "dmm-env logs feature-x engine --lines 100"],
    load: async () => (await import("./logs.ts")).registerLogs,
  },
  {
    name: "setup",
    summary: "Download missing tools into the toolchain",
    examples: ["dmm-env setup"],
    load: async () => (await import("./setup.ts")).registerSetup,
    alsoKnownAs: ["install", "init"],
  },
  {
    name: "doctor",
    summary: "Check prerequisites and suggest fixes",
    examples: ["dmm-env doctor"],
    load: async () => (await import("./doctor.ts")).registerDoctor,
  },
];
