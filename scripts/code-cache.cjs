/**
 * `code-cache.cjs MAIN LOG...`: replays logs with the built program and puts the code that V8 has made by then beside it, where src/start.ts
 * looks for it: a replay has asked for most of what any command does.
 */
const { writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const [main, ...logs] = process.argv.slice(2);
process.argv = [process.execPath, main, 'replay', ...logs];
const { birth, script } = require(main);
process.on('exit', () => {
  writeFileSync(
    join(dirname(main), 'program.cache'),
    Buffer.concat([Buffer.from(birth, 'latin1'), script.createCachedData()]),
  );
});
