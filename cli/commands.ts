import type { Command } from "commander";

/** A command as the program's help lists it; the file with its body is loaded only when it is asked for. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<(program: Command) => unknown>;
  /** Words that other tools use for it, to suggest the right one. */
  readonly alsoKnownAs?: readonly string[];
}

export const commands: readonly CommandEntry[] = [
  {
    name: "up",
    summary: "make the environment NAME, or bring it up to date",
    load: async () => (await import("./commands/up.ts")).registerUp,
    alsoKnownAs: ["create", "deploy", "start"],
  },
  {
    name: "verify",
    summary: "prove every claim that the platform makes, with evidence",
    load: async () => (await import("./commands/verify.ts")).registerVerify,
    alsoKnownAs: ["test", "check"],
  },
  {
    name: "down",
    summary: "release NAME: access first, then every resource, then proof that nothing is left",
    load: async () => (await import("./commands/down.ts")).registerDown,
    alsoKnownAs: ["destroy", "delete", "remove", "rm", "stop", "release"],
  },
  {
    name: "gate",
    summary: "up, verify and down in one act, for CI; always ends in down",
    load: async () => (await import("./commands/gate.ts")).registerGate,
  },
  {
    name: "status",
    summary: "how NAME is doing, looked at now",
    load: async () => (await import("./commands/status.ts")).registerStatus,
    alsoKnownAs: ["show", "info"],
  },
  {
    name: "list",
    summary: "all environments of this checkout",
    load: async () => (await import("./commands/list.ts")).registerList,
    alsoKnownAs: ["ls"],
  },
  {
    name: "access",
    summary: "grant, revoke and list the insiders of an environment",
    load: async () => (await import("./commands/access.ts")).registerAccess,
  },
  {
    name: "attestation",
    summary: "check the signature of an attestation or of a teardown's proof",
    load: async () => (await import("./commands/attestation.ts")).registerAttestation,
  },
  {
    name: "logs",
    summary: "what the parts of NAME write",
    load: async () => (await import("./commands/logs.ts")).registerLogs,
  },
  {
    name: "setup",
    summary: "fetch every part that this machine lacks",
    load: async () => (await import("./commands/setup.ts")).registerSetup,
    alsoKnownAs: ["install", "init"],
  },
  {
    name: "doctor",
    summary: "what is wanted, what was found, and how to mend it",
    load: async () => (await import("./commands/doctor.ts")).registerDoctor,
  },
];
