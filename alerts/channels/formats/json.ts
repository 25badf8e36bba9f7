/** haplog's own webhook: the body of Standard Webhooks, as payload.ts makes it. */
import { jsonPosting, type Medium } from './posting.js';

export const json: Medium = {
  postings: ({ json: body }) => [jsonPosting(body)],
  // Programs want one body for each incident.
  takesDigests: false,
  tellsApart: true,
};
