/** Where a POST goes, and which parts of that must not be repeated when an answer quotes the request. */

/** Shorter pieces of a path or a query are ordinary words and not secret. */
const SHORTEST_SECRET_PIECE = 6;

export interface Target {
  url: URL;
  host: string;
  /** The login in the address, as a header. */
  authorization: Record<string, string>;
  secrets: string[];
}

/**
 * Takes the address and what else is secret in the request. Undefined if it is no http or https address.
 * @param open the address itself is known to everybody: only its login and what is given as secret are secret
 */
export function targetOf(address: string, secrets: readonly string[], open = false): Target | undefined {
  const written = address.trim();
  if (!URL.canParse(written)) return undefined;
  const url = new URL(written);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const authorization = basicAuthorization(url);
  const all = [...(open ? [] : piecesOf(url)), ...loginOf(url), ...secrets, ...Object.values(authorization)];
  // The login travels in the header alone.
  url.username = '';
  url.password = '';
  return { url, host: url.host, authorization, secrets: all.flatMap(formsOf) };
}

/** The path and the query, and their pieces, that are long enough to be no ordinary word. */
function piecesOf({ pathname, search }: URL): string[] {
  const whole = pathname + search;
  return [whole, ...whole.split(/[/?&=]/)].filter((piece) => piece.length >= SHORTEST_SECRET_PIECE);
}

function loginOf({ username, password }: URL): string[] {
  return [username, password].filter((part) => part !== '');
}

/** A secret as an answer may quote it: whole, word by word (`Bearer x`), without escapes, and read out of base64. */
function formsOf(secret: string): string[] {
  const login = /^Basic +(\S+)$/i.exec(secret)?.[1];
  const pair = login === undefined ? [] : [Buffer.from(login, 'base64').toString()];
  return [secret, unescaped(secret), ...secret.split(/\s+/), ...pair, ...pair.flatMap((it) => it.split(':'))];
}

function basicAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${unescaped(username)}:${unescaped(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** `%40` becomes `@`; a text with an escape that is none stays as it is. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
