/**
 * What a traffic line says: a connection or a request in one of HAProxy's built-in formats, field by field, under the names of HAProxy's manual (section
 * 8.2). haplog's daemon passes over these lines; the types are for users of `parseTraffic`.
 */

/** One end of a connection. For a unix socket, `unix` and its listener's number; nulls where HAProxy knew none. */
export interface Endpoint {
  address: string | null;
  port: number | null;
}

/** What every line in a built-in format begins with. */
interface Head {
  client: Endpoint;
  /** As written: `22/Nov/2026:21:43:41.741`, local time without a zone; in CLF with one. */
  date: string;
  frontend: string;
}

/** A stream: what came in, where it went, how it ended. */
interface Stream extends Head {
  /** The client's connection was encrypted. */
  tls: boolean;
  backend: string;
  /** A server's name, `<NOSRV>`, or the part of HAProxy that answered itself: `<STATS>`. */
  server: string;
  /** Sent to the client; since 3.4 received from the server. */
  bytes: number;
  /** Two letters for TCP, four for HTTP: `SC`, `--NI`. */
  termination: string;
  connections: { process: number; frontend: number; backend: number; server: number };
  retries: number;
  /** The last retry went to another server. */
  redispatched: boolean;
  queues: { server: number; backend: number };
}

/** Milliseconds; -1 for a stage that was never reached. */
export interface HttpTimers {
  /** TR; until HAProxy 1.6 Tq, which counts from the accept. */
  request: number;
  queue: number;
  connect: number;
  response: number;
  /** Ta; until HAProxy 1.6 Tt. */
  total: number;
}

interface Request extends Stream {
  timers: HttpTimers;
  /** -1 if nothing was answered. */
  status: number;
  /** `option logasap`: written before the end, so total and bytes are of that moment. */
  early: boolean;
  /** Captured cookies of request and response, as the two parties wrote them: `- -`. Blanks and quotes may be in it. */
  cookies: string;
  /** Captured headers: those of the request, then of the response; escaped `#XX`. One group if only one kind is captured. */
  headers: string[][];
  /** `GET / HTTP/1.1`, `<BADREQ>`; escaped `#XX`. */
  request: string;
  /** The line ends within the request, or, where that is empty, within the last of the headers. */
  cut: boolean;
}

/** How a TLS handshake went (httpslog); nulls where there was none. */
export interface Handshake {
  error: number;
  tlsError: string | null;
  clientError: number | null;
  caError: number | null;
  resumed: boolean;
  /** The name that the client asked for, raw. */
  sni: string | null;
  version: string | null;
  cipher: string | null;
}

export type Traffic =
  /** No `option tcplog` or `httplog`: a connection was accepted. */
  | { format: 'connect'; client: Endpoint; destination: Endpoint | null; frontend: string; mode: 'HTTP' | 'TCP' }
  /** `option tcplog`. */
  | (Stream & { format: 'tcp'; timers: { queue: number; connect: number; total: number }; early: boolean })
  /** `option httplog`, and the requests of HAProxy's own HTTP client. */
  | (Request & { format: 'http'; handshake: null })
  /** `option httpslog`, since 2.5. */
  | (Request & { format: 'https'; handshake: Handshake })
  /**
   * `option httplog clf`, and since 3.1 `option tcplog clf`. `timers` are TR, Tw, Tc, Tr, Ta, for TCP Th, Tw, Tc, Tt and the
   * bytes received; `captures` are cookies and headers as written.
   */
  | (Stream & { format: 'http.clf' | 'tcp.clf'; timers: number[]; status: number; request: string; captures: string })
  /** Failed before there was a stream: handshake errors, PROXY protocol. `bind` is the name of the bind line or its number. */
  | (Head & { format: 'failed'; bind: string; message: string })
  /** Begins like the others, but goes on in a custom format or was cut; `frontend` is null where CLF was cut before it. */
  | (Omit<Head, 'frontend'> & { format: 'unread'; frontend: string | null; tls: boolean });
