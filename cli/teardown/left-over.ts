/** Something that should be gone. */
export interface Leftover {
  readonly kind: "process" | "listener" | "file" | "state" | "resource";
  /** What and where, so that a person finds it. */
  readonly what: string;
}
