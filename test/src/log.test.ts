import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { createLogger } from '../../src/log.js';

function output(parts: { isTTY?: boolean; hasColors?: () => boolean } = {}) {
  const lines: string[] = [];
  return { ...parts, lines, write: (line: string) => void lines.push(line) };
}

test('where nobody looks on, every line is JSON with a time that any program can read', () => {
  const stream = output();
  createLogger({ level: 'info', stream }).warn({ backend: 'k8s' }, 'no server available');
  const { time, ...rest } = JSON.parse(stream.lines.join(''));
  assert.deepEqual(rest, { level: 'warn', backend: 'k8s', msg: 'no server available' });
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('on a terminal a line is for people, and what others wrote cannot steer it', () => {
  const stream = output({ isTTY: true, hasColors: () => false });
  createLogger({ level: 'info', stream }).info('down: \u001b[2J\u009b1m');
  assert.match(
    stream.lines.join(''),
    /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] INFO: down: \\u\{1b\}\[2J\\u\{9b\}1m\n$/,
  );
});

test('colours are for terminals that have them, unless NO_COLOR says otherwise', (t) => {
  const before = process.env.NO_COLOR;
  t.after(() => {
    if (before === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = before;
  });
  const printed = (isTTY: boolean, noColor: string) => {
    process.env.NO_COLOR = noColor;
    const stream = output({ isTTY, hasColors: () => true });
    createLogger({ level: 'info', stream }).info('hello');
    return stream.lines.join('');
  };
  assert.ok(printed(true, '').includes('\u001b['));
  assert.ok(!printed(true, '1').includes('\u001b['));
  assert.ok(!printed(false, '').includes('\u001b['));
});

test('lines below the level are not written, and silent is silent', () => {
  const stream = output();
  createLogger({ level: 'error', stream }).warn('x');
  createLogger({ level: 'silent', stream }).fatal('x');
  assert.deepEqual(stream.lines, []);
});

test('an unknown level is refused with the known ones', () => {
  assert.throws(() => createLogger({ level: 'loud' }), {
    name: 'UserError',
    message: 'Unknown log level "loud": expected trace, debug, info, warn, error, fatal or silent.',
  });
});

test('nothing is lost when the process ends right after a line, nor does a gone reader end it', () => {
  const script = `
    import { createLogger } from './src/log.js';
    const log = createLogger({ level: 'info' });
    for (let i = 0; i < 2000; i++) log.info('line %d', i);
    process.stdout.write('ended');
    process.exit(0);`;
  const sh = (line: string) =>
    execFileSync('sh', ['-c', line, process.execPath, script], { encoding: 'utf8', timeout: 30_000 }).trim();
  const node = '"$0" --import tsx --input-type=module -e "$1" 2>&1 >/dev/null';
  assert.equal(sh(`${node} | wc -l`), '2000');
  assert.equal(sh(`exec 3>&1; { ${node}; echo "status $?" >&3; } | true`), 'status 0');
});
