import { type Catalogue, errorsOf } from "../errors/expected-error.ts";

/** The environment was not created. */
const exitCode = 4;

/** Failures that the program detects before the first resource. Documented in docs/errors/stacks.md. */
const stackErrors = {
  DMM_STACKS_CONFIGURATION_INVALID: (v: { problems: readonly { readonly message: string }[] }) => ({
    exitCode,
    message: `The configuration has ${v.problems.length === 1 ? "a problem" : `${v.problems.length} problems`}:\n${v.problems.map(({ message }) => `  ${message}`).join("\n")}`,
    hint: "Correct them in Pulumi.<stack>.yaml; dmm-env takes Pulumi.production.yaml. docs/configuration.md explains every key.",
  }),
  DMM_STACKS_IMAGE_ABSENT: (v: { reference: string; reason: string }) => ({
    exitCode,
    message: `The image ${v.reference} cannot be deployed: ${v.reason}`,
    hint: "Push the image, and set dmm-env:image to the digest that the registry printed; docs/image.md has the commands.",
  }),
  DMM_STACKS_REGION_UNFIT: (v: { region: string; missing: readonly string[] }) => ({
    exitCode,
    message: `Region ${v.region} has no zone ${v.missing.join(", ")} for this account.`,
    hint: "Set dmm-env:zones to three zones of the Region; `aws ec2 describe-availability-zones` lists them.",
  }),
} as const satisfies Catalogue;

/** A failure of the program that its operator can fix. */
export class StackError extends errorsOf("StackError", stackErrors) {
  /** Pulumi prints the message of an error with this mark without its stack. */
  readonly __pulumiRunError = true;
}
