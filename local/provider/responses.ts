import { providerMessages as pb, writeStruct } from "../pulumi-protocol/protocol.ts";
import type { Properties } from "../resource.ts";
import type { CheckFailure } from "../resource-handler.ts";
import type { Change, ChangeKind, Difference } from "./diff.ts";

type CheckResponse = InstanceType<typeof pb.CheckResponse>;
type DiffResponse = InstanceType<typeof pb.DiffResponse>;

function writeFailures(failures: readonly CheckFailure[]): InstanceType<typeof pb.CheckFailure>[] {
  return failures.map(({ property, reason }) =>
    new pb.CheckFailure().setProperty(property).setReason(reason),
  );
}

export function writeChecked(inputs: Properties, failures: readonly CheckFailure[]): CheckResponse {
  return new pb.CheckResponse().setInputs(writeStruct(inputs)).setFailuresList(writeFailures(failures));
}

export function writeInvoked(
  outcome: { readonly result: Properties } | { readonly failures: readonly CheckFailure[] },
): InstanceType<typeof pb.InvokeResponse> {
  const response = new pb.InvokeResponse();
  if ("failures" in outcome) return response.setFailuresList(writeFailures(outcome.failures));
  return response.setReturn(writeStruct(outcome.result));
}

const { Kind } = pb.PropertyDiff;
const kinds: Readonly<Record<ChangeKind, { readonly plain: number; readonly replacing: number }>> = {
  add: { plain: Kind.ADD, replacing: Kind.ADD_REPLACE },
  delete: { plain: Kind.DELETE, replacing: Kind.DELETE_REPLACE },
  update: { plain: Kind.UPDATE, replacing: Kind.UPDATE_REPLACE },
};

function writeChange(change: Change): InstanceType<typeof pb.PropertyDiff> {
  const kind = kinds[change.kind][change.replaces ? "replacing" : "plain"];
  return new pb.PropertyDiff().setKind(kind as (typeof Kind)[keyof typeof Kind]).setInputdiff(true);
}

export function writeDifference(difference: Difference): DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  const response = new pb.DiffResponse()
    .setChanges(difference.changed.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList([...difference.changed])
    .setReplacesList([...difference.replaces])
    .setStablesList([...difference.stables])
    .setDeletebeforereplace(difference.deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const change of difference.changes)
    response.getDetaileddiffMap().set(change.path, writeChange(change));
  return response;
}

export function writeUnchanged(): DiffResponse {
  return new pb.DiffResponse().setChanges(pb.DiffResponse.DiffChanges.DIFF_NONE);
}

/** Protocol capabilities of both providers. */
export function writeConfigured({
  components,
}: {
  readonly components: boolean;
}): InstanceType<typeof pb.ConfigureResponse> {
  return new pb.ConfigureResponse()
    .setAcceptsecrets(true)
    .setSupportspreview(true)
    .setSupportsAutonamingConfiguration(!components)
    .setAcceptresources(components)
    .setAcceptoutputs(components);
}

export function writeHandshake({
  components,
}: {
  readonly components: boolean;
}): InstanceType<typeof pb.ProviderHandshakeResponse> {
  return new pb.ProviderHandshakeResponse()
    .setAcceptSecrets(true)
    .setSupportsAutonamingConfiguration(!components)
    .setAcceptResources(components)
    .setAcceptOutputs(components);
}
