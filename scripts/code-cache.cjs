/**
 * `code-cache.cjs MAIN COMMAND...`: runs a command of the built program and puts the code that V8 has made by then beside each file that was
 * loaded, where src/built-file.ts looks for it: a replay has asked for most of what any command does.
 */
const { writeFileSync } = require('node:fs');

const [main, ...command] = process.argv.slice(2);
process.argv = [process.execPath, main, ...command];
const { cacheOf, codeOf, loaded } = require(main);
process.on('exit', () => {
  for (const [path, one] of loaded) writeFileSync(cacheOf(path), codeOf(one));
});
