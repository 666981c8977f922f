import { join } from "node:path";
import { replaceFile } from "../../machine/files.ts";
import { LineFile, readLines } from "../../machine/line-file.ts";
import type { Resources } from "../region.ts";
import type { Properties, Resource } from "../resource.ts";
import { Cipher } from "./cipher.ts";
import { RegionError } from "./errors.ts";

type JournalLine =
  | { readonly op: "put"; readonly type: string; readonly id: string; readonly encrypted: string }
  | { readonly op: "remove"; readonly type: string; readonly id: string };

/** The journal is rewritten when it consists mostly of history. */
const spareLines = 500;

function journalFile(directory: string): string {
  return join(directory, "resources.jsonl");
}

function key(type: string, id: string): string {
  return `${type}\n${id}`;
}

/**
 * The region's resources: a map in memory and a journal on disk, written before a change takes effect. The journal
 * is rewritten atomically when the region starts and whenever it is mostly history.
 */
export class ResourceJournal implements Resources {
  readonly #file: string;
  readonly #cipher: Cipher;
  readonly #resources = new Map<string, Resource>();
  #lines: LineFile;
  #written = 0;

  /** With `lenient` an invalid line loses its own resource only, so that deletion can always complete. */
  constructor(
    directory: string,
    options: { readonly lenient: boolean; readonly onInvalid?: (line: number) => void },
  ) {
    this.#file = journalFile(directory);
    this.#cipher = new Cipher(directory);
    const refuse = (line: number): never => {
      const problem = `is corrupt at line ${line}: it was edited, or written by another region`;
      throw new RegionError("DMM_LOCAL_FILE_BROKEN", { file: this.#file, problem });
    };
    const onInvalid = options.lenient ? (options.onInvalid ?? (() => {})) : refuse;
    for (const [index, line] of (readLines(this.#file, onInvalid) as readonly JournalLine[]).entries()) {
      try {
        this.#apply(line);
      } catch {
        onInvalid(index + 1);
      }
    }
    this.#lines = this.#compact();
  }

  get(type: string, id: string): Resource | undefined {
    return this.#resources.get(key(type, id));
  }

  all(type: string): readonly Resource[] {
    return this.everything().filter((resource) => resource.type === type);
  }

  everything(): readonly Resource[] {
    return [...this.#resources.values()];
  }

  find(type: string, matches: (resource: Resource) => boolean): Resource | undefined {
    return this.all(type).find(matches);
  }

  put(resource: Resource): void {
    const { type, id } = resource;
    this.#write({ op: "put", type, id, encrypted: this.#cipher.encrypt(resource) });
    this.#resources.set(key(type, id), resource);
  }

  patch(type: string, id: string, outputs: Properties): void {
    const resource = this.get(type, id);
    if (resource) this.put({ ...resource, outputs });
  }

  remove(type: string, id: string): void {
    if (!this.#resources.has(key(type, id))) return;
    this.#write({ op: "remove", type, id });
    this.#resources.delete(key(type, id));
  }

  close(): void {
    this.#lines.close();
  }

  #apply(line: JournalLine): void {
    if (line.op === "remove") this.#resources.delete(key(line.type, line.id));
    else this.#resources.set(key(line.type, line.id), this.#cipher.open(line.encrypted) as Resource);
  }

  #write(line: JournalLine): void {
    if (this.#written > 4 * this.#resources.size + spareLines) {
      // In this order: if the disk is full, the old lines stay open.
      const compacted = this.#compact();
      this.#lines.close();
      this.#lines = compacted;
    }
    this.#lines.append(line);
    this.#written += 1;
  }

  #compact(): LineFile {
    const lines = this.everything().map((resource) => {
      const line: JournalLine = {
        op: "put",
        type: resource.type,
        id: resource.id,
        encrypted: this.#cipher.encrypt(resource),
      };
      return `${JSON.stringify(line)}\n`;
    });
    replaceFile(this.#file, lines.join(""));
    this.#written = lines.length;
    return new LineFile(this.#file);
  }
}
