import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Services with a model, by signing name. */
export type ModeledService = keyof typeof folders;

/** Folders of botocore's `data/`, by signing name; a model's file has the signing name. */
export const folders = {
  acm: "acm/2015-12-08",
  autoscaling: "autoscaling/2011-01-01",
  directconnect: "directconnect/2012-10-25",
  ec2: "ec2/2016-11-15",
  ecs: "ecs/2014-11-13",
  elasticache: "elasticache/2015-02-02",
  elasticloadbalancing: "elbv2/2015-12-01",
  firehose: "firehose/2015-08-04",
  fis: "fis/2020-12-01",
  iam: "iam/2010-05-08",
  kms: "kms/2014-11-01",
  logs: "logs/2014-03-28",
  monitoring: "cloudwatch/2010-08-01",
  rds: "rds/2014-10-31",
  route53: "route53/2013-04-01",
  s3: "s3/2006-03-01",
  sns: "sns/2010-03-31",
  ssm: "ssm/2014-11-06",
  sts: "sts/2011-06-15",
  tagging: "resourcegroupstaggingapi/2017-01-26",
} as const;

/** Valid inputs of a service's operations: an extract of botocore's `service-2.json`. */
export interface ServiceModel {
  /** The source file; `sha256` is of its decompressed bytes. */
  readonly source: { readonly file: string; readonly sha256: string };
  /** Input shapes by operation; null for an operation without input. */
  readonly operations: Readonly<Record<string, string | null>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

export interface Shape {
  readonly type: ShapeType;
  /** Of a structure. */
  readonly members?: Readonly<Record<string, Member>>;
  readonly required?: readonly string[];
  /** Of a list: its items. Of a map: keys and values. */
  readonly member?: Member;
  readonly key?: Member;
  readonly value?: Member;
  /** Characters of a string, bytes of a blob, entries of a list or map, or the number itself. */
  readonly min?: number;
  readonly max?: number;
  /** A regular expression in Java's syntax that must match the whole string. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** Messages do not repeat such a value. */
  readonly sensitive?: boolean;
}

export type ShapeType =
  | "structure"
  | "list"
  | "map"
  | "string"
  | "integer"
  | "long"
  | "double"
  | "float"
  | "boolean"
  | "timestamp"
  | "blob";

export interface Member {
  readonly shape: string;
  /** Where a REST protocol carries it; absent: in the body. */
  readonly location?: string;
  readonly locationName?: string;
}

const models = new Map<ModeledService, ServiceModel>();

/** Whether a service, by its signing name, has a model. */
export function isModeled(service: string): service is ModeledService {
  return Object.hasOwn(folders, service);
}

/** Reads a service's model at its first use and caches it. */
export function readModel(service: ModeledService): ServiceModel {
  const known = models.get(service);
  if (known) return known;
  const model = JSON.parse(readFileSync(modelFile(service), "utf8")) as ServiceModel;
  models.set(service, model);
  return model;
}

/** Path of a service's model. */
export function modelFile(service: ModeledService): string {
  return join(import.meta.dirname, "data", `${service}.json`);
}

/** The shape of that name. @throws Error if the model is damaged */
export function shapeOf(model: ServiceModel, name: string): Shape {
  const shape = model.shapes[name];
  if (!shape) throw new Error(`the model of ${model.source.file} has no shape ${name}`);
  return shape;
}
