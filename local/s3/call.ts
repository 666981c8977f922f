import type { WireRequest } from "../access/wire.ts";
import type { Region } from "../region.ts";

/** One call to S3, with its parsed address. */
export interface S3Call {
  readonly request: WireRequest;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
}

/** What an operation responds with; 200 where it names no status. */
export interface S3Response {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is rendered as XML under its only name. */
  readonly body?: Buffer | Record<string, unknown>;
}

/** One S3 operation, called after authorization. */
export type S3Operation = (region: Region, call: S3Call) => S3Response;
