import { callMotoForm, callMotoJson, waitForMoto } from "../moto.ts";
import { perRegion } from "../per-region.ts";
import type { Region } from "../region.ts";
import type { Resource } from "../resource.ts";
import { alarmForm } from "./alarm-form.ts";
import { logGroupType, metricAlarmType, topicType } from "./types.ts";

/** How a resource of the program is created in moto, and how moto is asked whether it still exists. */
interface Mirrored {
  put(region: Region, resource: Resource): Promise<MotoResponse>;
  remove(region: Region, resource: Resource): Promise<MotoResponse>;
  exists(region: Region, resource: Resource): Promise<boolean>;
}

type MotoResponse = { readonly status: number; readonly text: string };

const logs = (region: Region, operation: string, input: Record<string, unknown>) =>
  callMotoJson(region, "logs", `Logs_20140328.${operation}`, input);
const alarms = (region: Region, action: string, form: Record<string, string>) =>
  callMotoForm(region, "monitoring", action, { Version: "2010-08-01", ...form });
const topics = (region: Region, action: string, form: Record<string, string>) =>
  callMotoForm(region, "sns", action, { Version: "2010-03-31", ...form });

const mirrored: Readonly<Record<string, Mirrored>> = {
  [logGroupType]: {
    async put(region, { id, inputs }) {
      const made = await logs(region, "CreateLogGroup", { logGroupName: id, tags: inputs.tags ?? {} });
      const days = inputs.retentionInDays;
      if (isRefused(made) || typeof days !== "number" || days === 0) return made;
      return await logs(region, "PutRetentionPolicy", { logGroupName: id, retentionInDays: days });
    },
    remove: (region, { id }) => logs(region, "DeleteLogGroup", { logGroupName: id }),
    async exists(region, { id }) {
      const { text } = await logs(region, "DescribeLogGroups", { logGroupNamePrefix: id });
      const found = JSON.parse(text) as { logGroups?: readonly { logGroupName?: string }[] };
      return (found.logGroups ?? []).some(({ logGroupName }) => logGroupName === id);
    },
  },
  [metricAlarmType]: {
    put: (region, { inputs }) => alarms(region, "PutMetricAlarm", alarmForm(inputs)),
    remove: (region, { id }) => alarms(region, "DeleteAlarms", { "AlarmNames.member.1": id }),
    async exists(region, { id }) {
      const { text } = await alarms(region, "DescribeAlarms", { "AlarmNames.member.1": id });
      return text.includes(`<AlarmName>${id}</AlarmName>`);
    },
  },
  [topicType]: {
    put: (region, { inputs }) => topics(region, "CreateTopic", { Name: String(inputs.name) }),
    remove: (region, { id }) => topics(region, "DeleteTopic", { TopicArn: id }),
    async exists(region, { id }) {
      const { status } = await topics(region, "GetTopicAttributes", { TopicArn: id });
      return status === 200;
    },
  },
};

/** An existing resource is fine: an update writes it again. */
function isRefused({ status, text }: MotoResponse): boolean {
  return status >= 300 && !/AlreadyExists/.test(text);
}

interface Mirror {
  /** The incarnation of moto that was filled. */
  life: number;
  readonly shown: Map<string, Resource>;
  work: Promise<void>;
}

const mirrors = perRegion((): Mirror => ({ life: 0, shown: new Map(), work: Promise.resolve() }));

/**
 * Synchronizes moto with the region before a request is forwarded to it. This happens on demand and not at each
 * creation, so that bringing an environment up never waits for moto, and a restarted moto is filled again
 * automatically.
 */
export async function settleMirror(region: Region): Promise<void> {
  const mirror = mirrors(region);
  const work = mirror.work.catch(() => {}).then(() => settle(region, mirror));
  mirror.work = work;
  await work;
}

async function settle(region: Region, mirror: Mirror): Promise<void> {
  const life = await waitForMoto(region);
  if (life !== mirror.life) mirror.shown.clear();
  mirror.life = life;
  const wanted = new Map(
    Object.keys(mirrored)
      .flatMap((type) => region.resources.all(type))
      .map((resource) => [`${resource.type} ${resource.id}`, resource]),
  );
  for (const [name, resource] of mirror.shown) {
    if (wanted.has(name)) continue;
    await mirrored[resource.type]?.remove(region, resource);
    mirror.shown.delete(name);
  }
  for (const [name, resource] of wanted) {
    if (mirror.shown.get(name)?.inputs === resource.inputs) continue;
    const response = await mirrored[resource.type]?.put(region, resource);
    if (response && isRefused(response))
      throw new Error(`moto refused ${name}: ${response.text.slice(0, 300)}`);
    mirror.shown.set(name, resource);
  }
}

/**
 * Whether a mirrored resource still exists. Before moto is first filled the API cannot have removed it; afterwards
 * moto is asked.
 */
export async function existsInMirror(region: Region, resource: Resource): Promise<boolean> {
  const mirror = mirrors(region);
  if (!mirror.shown.has(`${resource.type} ${resource.id}`)) return true;
  return (await mirrored[resource.type]?.exists(region, resource)) ?? true;
}
