/** Something that should be gone. */
export interface Leftover {
  readonly kind: "process" | "listener" | "file" | "state" | "resource";
  /** What and where, so that the operator can find it. */
  readonly what: string;
}
