/** A real HTTP server on loopback that keeps what is posted to it. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Inbox } from './inbox.js';

export interface Post {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Hook extends AsyncDisposable {
  port: number;
  url: string;
  posts: Inbox<Post>;
}

/** Opens on a free port of 127.0.0.1. `answer` replies to each post, or never does; without it all are taken with 200. */
export async function hook(
  answer: (response: ServerResponse, post: Post) => void = (response) => response.end('ok'),
): Promise<Hook> {
  const posts = new Inbox<Post>('post');
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const post = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
    answer(response, post);
    posts.put(post);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/hooks/T0SECRET/B0SECRET`,
    posts,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
