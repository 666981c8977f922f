/** Everything that can stop the region itself; each code is explained in docs/errors/region.md. */
export type RegionErrorCode =
  | "DMM_REGION_ARGUMENT"
  | "DMM_REGION_ADDRESS_TAKEN"
  | "DMM_REGION_ADDRESSES_EXHAUSTED"
  | "DMM_REGION_CLOSING"
  | "DMM_REGION_DISK_FULL"
  | "DMM_REGION_FILE_BROKEN"
  | "DMM_REGION_PART_MISSING"
  | "DMM_REGION_PROCESS_FAILED"
  | "DMM_REGION_PROCESS_RUNNING"
  | "DMM_REGION_RUNNING"
  | "DMM_REGION_UNEXPECTED";

/** An expected failure of the region: what failed with its value, and the next step. */
export class RegionError extends Error {
  readonly code: RegionErrorCode;
  /** The next command or edit. */
  readonly fix: string;

  constructor(code: RegionErrorCode, message: string, fix: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RegionError";
    this.code = code;
    this.fix = fix;
  }
}

/** Turns a failed write into an error that names the file; a full disk is the one that operators meet. */
export function explainWriteFailure(file: string, cause: unknown): RegionError | Error {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new RegionError(
      "DMM_REGION_DISK_FULL",
      `${file} could not be written: the disk is full (${code}).`,
      "Free some space and run the command again; nothing was recorded as done.",
      cause,
    );
  }
  return cause instanceof Error ? cause : new Error(String(cause));
}
