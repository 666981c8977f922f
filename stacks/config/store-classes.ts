import type { Parser } from "./values.ts";

/** `large`, `xlarge` and multiples of it. */
const upTo16 = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"];

/** Classes of Aurora MySQL 3 by family (Aurora User Guide, "Supported DB engines for DB instance classes"). */
const databaseSizes: Readonly<Record<string, readonly string[]>> = {
  "db.t3": ["medium", "large"],
  "db.t4g": ["medium", "large"],
  "db.r5": [...upTo16, "24xlarge"],
  "db.r6g": upTo16,
  "db.r6i": [...upTo16, "24xlarge", "32xlarge"],
  "db.r7g": upTo16,
  "db.r7i": [...upTo16, "24xlarge", "48xlarge"],
  "db.r8g": [...upTo16, "24xlarge", "48xlarge"],
  "db.x2g": upTo16,
};

/** Node types of Redis 7 by family (ElastiCache API reference, CreateReplicationGroup). */
const cacheSizes: Readonly<Record<string, readonly string[]>> = {
  "cache.t3": ["micro", "small", "medium"],
  "cache.t4g": ["micro", "small", "medium"],
  "cache.m5": ["large", "xlarge", "2xlarge", "4xlarge", "12xlarge", "24xlarge"],
  "cache.m6g": upTo16,
  "cache.m7g": upTo16,
  "cache.r5": ["large", "xlarge", "2xlarge", "4xlarge", "12xlarge", "24xlarge"],
  "cache.r6g": upTo16,
  "cache.r7g": upTo16,
};

/** Every Aurora instance class, by its name. */
export const databaseInstanceClasses: readonly string[] = namesOf(databaseSizes);

/** Every cache node type, by its name. */
export const cacheNodeTypes: readonly string[] = namesOf(cacheSizes);

/** An Aurora instance class that exists. */
export const databaseInstanceClass: Parser<string> = oneOfFamilies(databaseSizes);

/** A cache node type that exists. */
export const cacheNodeType: Parser<string> = oneOfFamilies(cacheSizes);

function namesOf(families: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.entries(families).flatMap(([family, sizes]) => sizes.map((size) => `${family}.${size}`));
}

function oneOfFamilies(families: Readonly<Record<string, readonly string[]>>): Parser<string> {
  const names = new Set(namesOf(families));
  return (text) => {
    if (names.has(text)) return { value: text };
    const family = text.slice(0, text.lastIndexOf("."));
    const sizes = Object.hasOwn(families, family) ? families[family] : undefined;
    return {
      problem: sizes
        ? `a size that ${family} has: ${sizes.join(", ")}`
        : `of one of the families ${Object.keys(families).join(", ")}`,
    };
  };
}
