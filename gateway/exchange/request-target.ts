/** A request target, normalized for the route table and the upstream. */
export interface Target {
  /** Always starts with a slash. */
  readonly path: string;
  /** Including the question mark, or empty. */
  readonly query: string;
}

/** A fragment, or a character that would end the request line. */
const endsTarget = /#|[^!-~\u0080-\u00ff]/;
const unreserved = /[A-Za-z0-9\-._~]/;

/**
 * Splits and normalizes a request target, or refuses it: what one component reads as `/admin` no other may read as
 * `/public/../admin`. Percent-encoded unreserved characters are decoded (RFC 3986 section 6.2.2.2) and forwarded
 * decoded. Encoded slashes and control characters, nested escapes, dot segments, empty segments and backslashes
 * are refused, because servers interpret them differently.
 */
export function normalizeTarget(target: string): Target | undefined {
  if (target.charCodeAt(0) !== 0x2f) return undefined;
  let queryAt = target.length;
  let simple = true;
  for (let index = 1; index < target.length; index++) {
    const code = target.charCodeAt(index);
    if (code === 0x3f) {
      queryAt = index;
      break;
    }
    const previous = target.charCodeAt(index - 1);
    if (code === 0x25) simple = false;
    else if (code === 0x23 || code === 0x5c || code < 0x21 || code > 0x7e) return undefined;
    else if (previous === 0x2f && (code === 0x2f || code === 0x2e)) simple = false;
  }
  // The upstream parses the query: it passes unchanged.
  const query = queryAt === target.length ? "" : target.slice(queryAt);
  if (query !== "" && endsTarget.test(query)) return undefined;
  const path = queryAt === target.length ? target : target.slice(0, queryAt);
  if (simple) return { path, query };
  const decoded = decodeUnreserved(path);
  return decoded === undefined || hasTrick(decoded) ? undefined : { path: decoded, query };
}

function decodeUnreserved(path: string): string | undefined {
  if (!isUtf8(path)) return undefined;
  return path.replace(/%[0-9A-Fa-f]{2}/g, (code) => {
    const character = String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return unreserved.test(character) ? character : code.toUpperCase();
  });
}

/** Rejects broken escapes and overlong forms that only lenient decoders accept, such as `%C0%AE` for a dot. */
function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function hasTrick(path: string): boolean {
  // `..;` is a dot segment for servers with path parameters.
  return /\/\/|\/\.{1,2}(?:\/|;|%3B|$)|%(?:[01][0-9A-F]|2F|5C|7F)|%25[0-9A-F]{2}/i.test(path);
}
