import { type Catalogue, type ExpectedError, errorsOf } from "../errors/expected-error.ts";

/**
 * Every failure of the local region that an operator can meet, by code. Operators read them through Pulumi, so
 * each message is self-contained. Documented in `docs/errors/local.md`.
 */
const localErrors = {
  DMM_LOCAL_TYPE_UNKNOWN: (v: { type: string }) => ({
    message: `The local region does not support resources of type ${v.type}.`,
    hint: "Use a supported type, or add a resource handler for this one to local/registry.ts.",
  }),
  DMM_LOCAL_PROPERTY_UNKNOWN: (v: { type: string; property: string; allowed: readonly string[] }) => ({
    message: `The local region does not support property ${v.property} of ${v.type}; supported properties are ${v.allowed.join(", ")}.`,
    hint: "Remove the property, or add support for it to the resource handler of this type.",
  }),
  DMM_LOCAL_PROPERTY_INVALID: (v: { type: string; property: string; reason: string }) => ({
    message: `${v.property} of ${v.type} is invalid: ${v.reason}`,
    hint: "Correct the property in the program.",
  }),
  DMM_LOCAL_PROPERTY_UNMAPPED: (v: { type: string; member: string; operation: string }) => ({
    message: `A property of ${v.type} became member ${v.member} of ${v.operation}, which AWS's model does not have.`,
    hint: "Correct the property's name in the program, or its mapping below local/models/resources/.",
  }),
  DMM_LOCAL_REGION_OTHER: (v: { region: string; expected: string }) => ({
    message: `Region ${v.region} was requested, but this local region is ${v.expected}.`,
    hint: `Set aws:region to ${v.expected}, or start the local region as ${v.region}.`,
  }),
  DMM_LOCAL_REGION_MISSING: (v: { expected: string }) => ({
    message: "The AWS provider has no region configured.",
    hint: `Set aws:region to ${v.expected} in the stack's configuration.`,
  }),
  DMM_LOCAL_CONFIGURATION_UNKNOWN: (v: { property: string; allowed: readonly string[] }) => ({
    message: `The local region does not support the provider setting aws:${v.property}; supported settings are ${v.allowed.join(", ")}.`,
    hint: "Remove the setting from the stack's configuration.",
  }),
  DMM_LOCAL_CONFIGURATION_INVALID: (v: { property: string; value: string; reason: string }) => ({
    message: `Provider setting aws:${v.property} is ${v.value}: ${v.reason}`,
    hint: `Correct aws:${v.property} in the stack's configuration.`,
  }),
  DMM_LOCAL_NAME_MISSING: (v: { type: string; property: string }) => ({
    message: `${v.property} of ${v.type} is missing, and automatic names are disabled (pulumi:autonaming).`,
    hint: `Set ${v.property} in the program.`,
  }),
  DMM_LOCAL_INVOKE_UNKNOWN: (v: { token: string; allowed: readonly string[] }) => ({
    message: `The local region does not support the function ${v.token}; supported functions are ${v.allowed.join(", ")}.`,
    hint: "Use a supported function, or add this one to local/invokes/invokes.ts.",
  }),
  DMM_LOCAL_INVOKE_ARGUMENT: (v: { token: string; argument: string; reason: string }) => ({
    message: `Argument ${v.argument} of ${v.token}: ${v.reason}`,
    hint: "Correct the argument in the program.",
  }),
  DMM_LOCAL_INVOKE_NOT_FOUND: (v: { token: string; what: string }) => ({
    message: `${v.token} found no ${v.what}.`,
    hint: "Create it first, or correct the name.",
  }),
  DMM_LOCAL_RESOURCE_GONE: (v: { type: string; id: string }) => ({
    message: `${v.type} ${v.id} does not exist in the local region, but is in Pulumi's state.`,
    hint: "Run pulumi refresh, then the command again.",
  }),
  DMM_LOCAL_RESOURCE_REFUSED: (v: {
    act: string;
    type: string;
    name: string;
    code: string;
    reason: string;
  }) => ({
    message: `Could not ${v.act} ${v.type} ${v.name}: ${v.code}: ${v.reason}`,
    hint: "This is the error that AWS returns; correct what it names.",
  }),
  DMM_LOCAL_RESOURCE_FAILED: (v: { act: string; type: string; name: string; reason: string }) => ({
    message: `Could not ${v.act} ${v.type} ${v.name}: ${v.reason}`,
    hint: "The region's log has the full error; fix the cause and run the command again.",
  }),
  DMM_LOCAL_SERVICE_UNSTEADY: (v: { service: string; reason: string }) => ({
    message: `ECS service ${v.service} ${v.reason}`,
    hint: "Read the tasks' logs with `dmm-env logs`, correct the image or its settings, and run the command again.",
  }),
  DMM_LOCAL_COMPONENT_UNKNOWN: (v: { type: string; allowed: readonly string[] }) => ({
    message: `The local region does not support components of type ${v.type}; supported components are ${v.allowed.join(", ")}.`,
    hint: "Build it from plain resources in the program.",
  }),
  DMM_LOCAL_VPC_ARGUMENT: (v: { argument: string; reason: string }) => ({
    message: `Argument ${v.argument} of awsx:ec2:Vpc: ${v.reason}`,
    hint: "Correct the argument in the program.",
  }),
  DMM_LOCAL_PART_NOT_SERVING: (v: { part: string; reason: string }) => ({
    message: `${v.part} is not serving: ${v.reason}`,
    hint: "Read its log under logs/ in the region's folder, fix the cause and run the command again.",
  }),
} as const satisfies Catalogue;

/** A request that the local region refuses or does not support. */
export class LocalError extends errorsOf("LocalError", localErrors) {}

/** One line for the operator: what failed, the fix, and the code to look up. */
export function renderError(error: ExpectedError): string {
  return `${error.message} ${error.hint} [${error.code}]`;
}
