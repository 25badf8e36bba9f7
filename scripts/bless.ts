/** Rewrites the answers in fixtures/corpus/ with what haplog reads today. Review the difference before you commit it. */
import { writeFileSync } from 'node:fs';
import { answer, corpus } from '../test/support/corpus.js';

for (const { path, kept, goldens } of corpus('fixtures/corpus')) {
  const answers = goldens.map(answer);
  const lines = kept.flatMap((line) => (line.startsWith('#') ? [line] : [line, `#= ${answers.shift()}`]));
  writeFileSync(path, `${lines.join('\n')}\n`);
}
