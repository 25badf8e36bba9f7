/** What is told to whom, and when: fixtures/stories/ on a simulated clock. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sayings, storiesIn, storyFiles } from '../support/stories.js';

for (const file of storyFiles()) {
  describe(file.replace('.yaml', ''), () => {
    for (const story of storiesIn(file)) test(story.story, () => assert.deepEqual(sayings(story), story.says));
  });
}
