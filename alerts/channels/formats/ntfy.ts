/** ntfy, by the address of a topic (https://docs.ntfy.sh/publish/): the text as it is, all else in headers. */
import { headerText } from '../../words.js';
import type { Message } from '../channel.js';
import { type Loudness, loudnessOf } from './loudness.js';
import type { Medium } from './posting.js';
import { shortened } from './shorten.js';

/** ntfy makes an attachment of a text of more than 4096 bytes. */
const BYTES_MAX = 4_000;

const PRIORITY: Record<Loudness, string> = { alarm: '5', loud: '4', normal: '3', quiet: '2' };

const TAGS: Record<Message['event'], string> = {
  firing: 'rotating_light',
  reminder: 'rotating_light',
  digest: 'rotating_light',
  acknowledged: 'eyes',
  resolved: 'white_check_mark',
  test: 'test_tube',
};

export const ntfy: Medium = {
  postings(message) {
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      title: headerText(message.subject, 200),
      priority: PRIORITY[loudnessOf(message)],
      tags: TAGS[message.event],
    };
    return [{ headers, body: shortened(message.text, BYTES_MAX, Buffer.byteLength) }];
  },
};
