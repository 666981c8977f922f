import assert from "node:assert/strict";
import { test } from "tap";
import type { Reporter } from "../../cli/report/reporter.ts";
import { LineDisplay } from "../../cli/setup/line-display.ts";

function recordNotes() {
  const notes: string[] = [];
  const reporter = { note: (text: string) => notes.push(text) } as unknown as Reporter;
  return { notes, display: new LineDisplay(reporter) };
}

test("a log without a terminal has one line when a bundle begins and one when it ends", async () => {
  const { notes, display } = recordNotes();
  display.observe({
    kind: "planned",
    bundles: [
      { name: "pulumi", title: "Pulumi" },
      { name: "moto", title: "moto" },
    ],
  });
  display.observe({ kind: "progress", name: "pulumi", detail: "downloading", fraction: 0.5 });
  display.observe({ kind: "obtained", name: "pulumi", way: "official download" });
  // What ended once is not reported again.
  display.observe({ kind: "failed", name: "pulumi", reason: "late" });
  display.observe({ kind: "failed", name: "moto", reason: "no network" });
  await display.end();
  assert.deepEqual(notes, [
    "Pulumi: missing, downloading …",
    "moto: missing, downloading …",
    "Pulumi: there after 0 s, official download",
    "moto: failed after 0 s: no network",
  ]);
});

test("the process that is waited for is named, also if its lock does not have the time", async () => {
  const { notes, display } = recordNotes();
  const holder = { pid: 4711, startTime: 1, command: "dmm-env setup" };
  display.observe({ kind: "waiting", holder: { ...holder, since: "2026-01-02T13:20:01.000Z" } });
  display.observe({ kind: "waiting", holder: { ...holder, since: "an unknown time" } });
  await display.end();
  assert.deepEqual(notes, [
    "waiting for process 4711, which obtains tools since 13:20:01",
    "waiting for process 4711, which obtains tools since an unknown time",
  ]);
});
