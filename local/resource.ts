/** A property value as Pulumi's engine sends it, secrets unwrapped. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Properties = { [key: string]: Value };

/** One resource that exists in the region. */
export interface Resource {
  readonly type: string;
  readonly id: string;
  readonly urn: string;
  /** The logical name: the last part of the URN. */
  readonly name: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}
