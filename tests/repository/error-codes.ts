import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { parts, readSourceFiles, root, type SourceFile } from "./source-files.ts";

const oneCode = /^DMM_[A-Z0-9]+(?:_[A-Z0-9]+)*$/;

/** Environment variables share the prefix but are not error codes. */
function isCode(text: string): boolean {
  return oneCode.test(text) && !text.startsWith("DMM_ENV_");
}

/** A code in a catalogue, and the function, class or table of the catalogue that contains it. */
export interface CataloguedCode {
  readonly code: string;
  readonly path: string;
  readonly declaration: string;
  /** A table lists the code by its name; a function or class raises it. */
  readonly kind: "listed" | "raising";
}

export interface CodeUses {
  readonly catalogued: readonly CataloguedCode[];
  /** Codes that the product's code raises: by name, or by a function or class of a catalogue. */
  readonly raised: ReadonlySet<string>;
}

/**
 * Finds codes by use. Not a use: a comment, a type, a comparison, the name of a table's entry, and a function of a
 * catalogue that is not called outside it.
 */
export function readCodeUses(files: readonly SourceFile[] = readSourceFiles(parts)): CodeUses {
  const raised = new Set(launcherCodes());
  const catalogued: CataloguedCode[] = [];
  const names = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    const inCatalogue = basename(path) === "errors.ts";
    const identifiers = new Set<string>();
    names.set(path, identifiers);
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true), (node) => {
      if (ts.isIdentifier(node)) {
        if (!ts.isImportSpecifier(node.parent)) identifiers.add(node.text);
        if (inCatalogue && isCode(node.text) && isEntryName(node))
          catalogued.push({ code: node.text, path, declaration: topLevelName(node), kind: "listed" });
      } else if (ts.isStringLiteralLike(node) && isCode(node.text) && isValue(node)) {
        if (inCatalogue)
          catalogued.push({ code: node.text, path, declaration: topLevelName(node), kind: "raising" });
        else raised.add(node.text);
      }
    });
  }
  for (const { code, path, declaration, kind } of catalogued) {
    const isUsed = [...names].some(([other, used]) => other !== path && used.has(declaration));
    if (kind === "raising" && isUsed) raised.add(code);
  }
  return { catalogued, raised };
}

const documents = join(root, "docs", "errors");
const retiredPage = "retired.md";

/** A code with its own heading under docs/errors, and the page's name without its extension. */
export interface DocumentedCode {
  readonly code: string;
  readonly page: string;
}

export function readDocumentedCodes(): readonly DocumentedCode[] {
  const pages = readdirSync(documents).filter((name) => name !== retiredPage);
  return pages.flatMap((name) => {
    const text = readFileSync(join(documents, name), "utf8");
    const page = name.replace(/\.md$/, "");
    return [...text.matchAll(/^### (DMM_[A-Z0-9_]+)$/gm)].map(([, code = ""]) => ({ code, page }));
  });
}

/** Headings and table rows of the pages that contain a code in a form other than a third-level heading. */
export function readOtherHeadings(): readonly string[] {
  const pages = readdirSync(documents).filter((name) => name !== retiredPage);
  const texts = pages.map((name) => readFileSync(join(documents, name), "utf8"));
  return texts.flatMap((text) => text.match(/^(?!### DMM_[A-Z0-9_]+$)(?:#+ |\| *)`?DMM_.*$/gm) ?? []);
}

/** Retired codes, which must not be reused. */
export function readRetiredCodes(): readonly string[] {
  const text = readFileSync(join(documents, retiredPage), "utf8");
  return [...text.matchAll(/^\| `(DMM_[A-Z0-9_]+)`/gm)].map(([, code = ""]) => code);
}

/** The launcher is not TypeScript: `fail CODE MESSAGE HINT`. */
function launcherCodes(): readonly string[] {
  const text = readFileSync(join(root, "dmm-env"), "utf8").replace(/^\s*#.*$/gm, "");
  return [...text.matchAll(/\bfail (DMM_[A-Z0-9_]+)\b/g)].map(([, code = ""]) => code);
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

function isEntryName(node: ts.Identifier): boolean {
  return ts.isPropertyAssignment(node.parent) && node.parent.name === node;
}

const comparisons = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

function isValue(node: ts.StringLiteralLike): boolean {
  const { parent } = node;
  if (ts.isLiteralTypeNode(parent) || ts.isCaseClause(parent)) return false;
  if (ts.isBinaryExpression(parent)) return !comparisons.has(parent.operatorToken.kind);
  return !(ts.isPropertyAssignment(parent) && parent.name === node);
}

function topLevelName(node: ts.Node): string {
  let top = node;
  while (!ts.isSourceFile(top.parent)) top = top.parent;
  const declaration = ts.isVariableStatement(top) ? top.declarationList.declarations[0] : top;
  const name = declaration && "name" in declaration ? (declaration.name as ts.Node | undefined) : undefined;
  return name !== undefined && ts.isIdentifier(name) ? name.text : "";
}
