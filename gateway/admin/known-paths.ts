import type { FastifyInstance } from "fastify";

interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Methods by path, to distinguish a wrong method (405, RFC 9110 section 15.5.6) from a wrong path. */
export class KnownPaths {
  readonly #paths = new Map<string, KnownPath>();

  /** Call it before the routes are added. */
  listenTo(app: FastifyInstance): void {
    app.addHook("onRoute", ({ url, method }) => {
      const known = this.#paths.get(url) ?? { pattern: compilePattern(url), methods: new Set() };
      this.#paths.set(url, known);
      for (const name of [method].flat()) known.methods.add(name);
    });
  }

  /** Methods of this URL's path; empty if the path does not exist. */
  findMethods(url: string): readonly string[] {
    const path = url.split("?", 1)[0]!;
    const methods = [...this.#paths.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((known) => [...known.methods]);
    return [...new Set(methods)].sort();
  }
}

function compilePattern(url: string): RegExp {
  const parts = url.split("/").map((part) => (part.startsWith(":") ? "[^/]+" : part.replaceAll(".", "\\.")));
  return new RegExp(`^${parts.join("/")}$`);
}
