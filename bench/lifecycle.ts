import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describeMachine } from "./machine.ts";
import type { Options } from "./options.ts";
import { type Spread, spread } from "./statistics.ts";

const root = join(import.meta.dirname, "..");
const commands = ["up", "verify", "down"] as const;
type Command = (typeof commands)[number];

/** The `--json` output of a command's steps. */
interface Report {
  readonly steps?: readonly { readonly title: string; readonly seconds: number }[];
}

interface Timing {
  readonly seconds: number;
  readonly steps: Readonly<Record<string, number>>;
}

/**
 * Times whole commands as an operator experiences them: from the start of the process to its end, with warm
 * caches.
 */
export async function measure({ runs }: Options): Promise<unknown> {
  const home = mkdtempSync(join(tmpdir(), "dmm-env-bench-"));
  try {
    await cycle(home);
    const cycles: Record<Command, Timing>[] = [];
    for (let run = 1; run <= runs; run += 1) {
      const timings = await cycle(home);
      cycles.push(timings);
      const line = commands
        .map((command) => `${command} ${timings[command].seconds.toFixed(2)} s`)
        .join(", ");
      process.stderr.write(`run ${run} of ${runs}: ${line}\n`);
    }
    return {
      benchmark: "lifecycle",
      unit: "seconds",
      runs,
      machine: describeMachine(),
      reach: { up: 8, down: 3 },
      ...Object.fromEntries(
        commands.map((command) => [command, summarize(cycles.map((timings) => timings[command]))]),
      ),
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function cycle(home: string): Promise<Record<Command, Timing>> {
  const up = await time(home, "up");
  const verify = await time(home, "verify");
  const down = await time(home, "down");
  return { up, verify, down };
}

async function time(home: string, command: Command): Promise<Timing> {
  const begun = performance.now();
  const { exitCode, signal, stdout, stderr } = await execa(
    join(root, "dmm-env"),
    [command, "bench", "--json"],
    {
      env: {
        DMM_ENV_HOME: home,
        DMM_ENV_TOOLCHAIN: process.env.DMM_ENV_TOOLCHAIN ?? join(root, ".dmm-env", "toolchain"),
        DMM_ENV_CACHE: process.env.DMM_ENV_CACHE ?? join(root, ".dmm-env", "cache"),
      },
      stdin: "ignore",
      reject: false,
    },
  );
  const seconds = (performance.now() - begun) / 1000;
  if (exitCode !== 0)
    throw new Error(`dmm-env ${command} ended with ${exitCode ?? signal}; nothing was measured.\n${stderr}`);
  const report = JSON.parse(stdout) as Report;
  return {
    seconds,
    steps: Object.fromEntries((report.steps ?? []).map((step) => [step.title, step.seconds])),
  };
}

/** Spread of the total, and each step's median with its share of the total. */
function summarize(timings: readonly Timing[]): {
  readonly total: Spread;
  readonly steps: Record<string, unknown>;
} {
  const total = spread(timings.map((timing) => timing.seconds));
  const titles = Object.keys(timings[0]?.steps ?? {});
  const steps = Object.fromEntries(
    titles.map((title) => {
      const { median } = spread(timings.map((timing) => timing.steps[title] ?? 0));
      return [title, { median, share: Math.round((median / total.median) * 100) / 100 }];
    }),
  );
  return { total, steps };
}
