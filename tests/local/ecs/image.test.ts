import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeTasksCommand, ECSClient, ListTasksCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import { before, t, test } from "tap";
import { digestContent } from "../../../image/digest.ts";
import { findStored, storeContent } from "../../../local/ecs/image-store.ts";
import { buildImage, findImage, pullImage } from "../../../local/ecs/images.ts";
import { waitUntil } from "../../wait-until.ts";
import { type Fixture, openFixture } from "./fixtures.ts";
import { ask, createService, define, removeServices } from "./services.ts";

const [cluster, name] = ["t-main", "t-main"];
let fixture: Fixture;
let ecs: ECSClient;

before(async () => {
  fixture = await openFixture();
  ecs = new ECSClient(fixture.client);
});
t.teardown(async () => {
  ecs.destroy();
  await fixture[Symbol.asyncDispose]();
});

async function readTasks() {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: name }));
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  return tasks;
}

/** An image of the test with editable content. */
function editableImage() {
  const folder = mkdtempSync(join(tmpdir(), "dmm-env-content-"));
  const program = join(folder, "habits", "image.mjs");
  cpSync(join(import.meta.dirname, "image.mjs"), program);
  const { images } = fixture.region;
  const image = images["test/habits"]!;
  const content = { folder, workspace: "habits" };
  const entrypoint = [process.execPath, "habits/image.mjs"];
  const declaration = { ...image.declaration, environment: {} };
  // Without the declared environment, whose VERSION would hide that of the content.
  Object.assign(images, { "test/habits": { ...image, entrypoint, declaration, content } });
  return {
    content,
    edit: () =>
      writeFileSync(program, readFileSync(program, "utf8").replace('VERSION = "1"', 'VERSION = "2"')),
    async [Symbol.asyncDispose]() {
      Object.assign(images, { "test/habits": image });
      await removeServices(fixture);
      rmSync(folder, { recursive: true });
    },
  };
}

async function readDigests() {
  return (await readTasks()).flatMap(({ containers = [] }) =>
    containers.map(({ imageDigest }) => imageDigest),
  );
}

async function stopTask() {
  const [task] = await readTasks();
  await ecs.send(new StopTaskCommand({ cluster, task: task?.taskArn, reason: "an experiment" }));
  await waitUntil("another task", async () => {
    const [other] = await readTasks();
    return other !== undefined && other.taskArn !== task?.taskArn && other.lastStatus === "RUNNING";
  });
}

test("by its tag an image is the content at the start of each task, whose digest the task reports", async () => {
  await using image = editableImage();
  const before = digestContent(image.content);
  await createService(fixture, await define(fixture));
  image.edit();
  const after = digestContent(image.content);
  assert.notEqual(after, before);
  assert.deepEqual(await readDigests(), [before]);
  assert.equal((await ask(fixture)).body.version, "1");
  await stopTask();
  await waitUntil("a task of the edited content alone", async () => (await readDigests()).join() === after);
  await waitUntil("its response", async () => (await ask(fixture)).body.version === "2");
});

test("by its digest an image stays the same, also for tasks that start after an edit", async () => {
  await using image = editableImage();
  const { digest } = buildImage(fixture.region, findImage(fixture.region, "test/habits"));
  await createService(fixture, await define(fixture, { image: `test/habits@${digest}` }));
  image.edit();
  await stopTask();
  assert.deepEqual(await readDigests(), [digest]);
  await waitUntil("its response", async () => (await ask(fixture)).body.version === "1");
  const missing = `test/habits@sha256:${"0".repeat(64)}`;
  assert.throws(() => pullImage(fixture.region, missing), {
    code: "CannotPullContainerError",
    message: /is not stored on this machine any more, and its checkout now has sha256:/,
  });
});

/** A store and a checkout in a separate folder. */
function openStore() {
  const folder = mkdtempSync(join(tmpdir(), "dmm-env-store-"));
  const content = { folder: join(folder, "checkout"), workspace: "habits" };
  const program = join(content.folder, "habits", "image.mjs");
  cpSync(join(import.meta.dirname, "image.mjs"), program);
  return {
    cache: join(folder, "cache"),
    content,
    program,
    images: () => readdirSync(join(folder, "cache", "images")),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

test("the same content is stored once, and each edit beside it", async () => {
  using store = openStore();
  const first = storeContent(store.cache, store.content);
  assert.deepEqual(storeContent(store.cache, store.content), first);
  writeFileSync(store.program, "// edited");
  const second = storeContent(store.cache, store.content);
  assert.equal(store.images().length, 2);
  for (const { digest, folder } of [first, second]) {
    assert.equal(digestContent({ ...store.content, folder }), digest);
    assert.deepEqual(JSON.parse(readFileSync(join(folder, "image.json"), "utf8")), { digest });
  }
});

test("a stored image that was edited is detected, and stored again", async () => {
  using store = openStore();
  const { digest, folder } = storeContent(store.cache, store.content);
  writeFileSync(join(folder, "habits", "image.mjs"), "// edited");
  assert.equal(findStored(store.cache, store.content, digest), undefined);
  assert.deepEqual(storeContent(store.cache, store.content), { digest, folder });
  assert.equal(digestContent({ ...store.content, folder }), digest);
});

test("an image that no environment can run any more is removed when another one is stored", async () => {
  using store = openStore();
  const { folder } = storeContent(store.cache, store.content);
  const longAgo = new Date(Date.now() - 9 * 86_400_000);
  utimesSync(folder, longAgo, longAgo);
  writeFileSync(store.program, "// edited");
  const { digest } = storeContent(store.cache, store.content);
  assert.deepEqual(store.images(), [digest.slice("sha256:".length)]);
});
