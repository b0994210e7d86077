import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Level, type Log, type LogOptions, openLog } from '../../../src/telemetry/log.ts';

const SECRET = 'canary/5Up3r secret';
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

interface Line {
  readonly [field: string]: unknown;
}

/** What a log writes, as raw text and line by line. */
function recorded(options: Partial<LogOptions> = {}) {
  let text = '';
  const log = openLog({
    level: 'debug',
    secrets: [SECRET],
    destination: { write: (chunk) => (text += chunk) },
    ...options,
  });
  return {
    log,
    text: () => text,
    lines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line): Line => JSON.parse(line)),
  };
}

const one = (write: (log: Log) => void, options?: Partial<LogOptions>): Line | undefined => {
  const record = recorded(options);
  write(record.log);
  return record.lines()[0];
};

test('a line has its time, its level, its fields and its message', () => {
  expect(
    one((log) => log.child({ transport: 'post' }).info({ part: 1, last: true }, 'sent')),
  ).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    level: 'info',
    transport: 'post',
    part: 1,
    last: true,
    msg: 'sent',
  });
});

test('fields can not pose as what every line has', () => {
  expect(one((log) => log.info({ level: 'error', time: 'never', msg: 'x' }, 'sent'))).toMatchObject(
    {
      level: 'info',
      level_: 'error',
      time_: 'never',
      msg: 'sent',
      msg_: 'x',
    },
  );
});

test('below its level nothing is written', () => {
  const { log, lines } = recorded({ level: 'warn' });
  for (const level of LEVELS) log[level]({}, level);
  expect(lines().map(({ msg }) => msg)).toEqual(['warn', 'error']);
});

test('what is no plain value is named, not shown', () => {
  const body = { text: 'hello', toJSON: () => 'hello' };
  expect(one((log) => log.info({ body, list: ['hello'] }, 'sent'))).toMatchObject({
    body: '(object)',
    list: '(object)',
  });
});

describe('one event is one line, and plain to see', () => {
  test.each([
    '\n{"level":"error"}',
    '\u001b[2Jx',
    'a\u2028b\u2029c',
    '\u202egnp.exe',
    '\u0085',
    '\ud800',
  ])('%j', (text) => {
    const record = recorded();
    record.log.info({ nick: text }, text);
    expect(record.lines()).toHaveLength(1);
    expect(record.text()).toMatch(/^[\x20-\x7e\ufffd]*\n$/);
  });
});

test('a text of any length is cut', () => {
  const line = one((log) => log.info({ text: 'x'.repeat(1e6) }, 'x'.repeat(1e6)));
  expect(String(line?.text).length + String(line?.msg).length).toBeLessThan(10_000);
});

describe('an error', () => {
  const error = Object.assign(
    new Error('the carrier does not answer', {
      cause: Object.assign(new TypeError('no route'), { code: 'EHOSTUNREACH', address: 'a' }),
    }),
    { code: 503, config: { headers: { Authorization: 'Basic abcdef' } }, request: {} },
  );

  test('shows its type, message, code and causes, and nothing else that it carries', () => {
    expect(one((log) => log.warn({ error }, 'failed'))?.error).toEqual({
      type: 'Error',
      message: 'the carrier does not answer',
      code: 503,
      cause: { type: 'TypeError', message: 'no route', code: 'EHOSTUNREACH' },
    });
  });

  test('shows its stack at debug', () => {
    expect(one((log) => log.debug({ error }, 'failed'))?.error).toMatchObject({
      stack: expect.stringContaining('log.test.ts'),
      cause: { stack: expect.stringContaining('no route') },
    });
  });

  test.each(LEVELS)('of a parser does not quote what it read, at %s', (level) => {
    let quoting: unknown;
    try {
      JSON.parse('canary of a body');
    } catch (caught) {
      quoting = caught;
    }
    expect(String(quoting)).toContain('canary');
    const { log, text } = recorded();
    log[level]({ error: new Error('not JSON', { cause: quoting }) }, 'failed');
    expect(text()).toContain('SyntaxError');
    expect(text()).not.toContain('canary');
  });

  test('of several shows the first', () => {
    const both = new AggregateError([new Error('IPv6'), new Error('IPv4')], 'neither');
    expect(one((log) => log.warn({ error: both }, 'failed'))?.error).toMatchObject({
      message: 'neither',
      cause: { message: 'IPv6' },
    });
  });

  test('that causes itself ends', () => {
    const circle = new Error('round');
    circle.cause = circle;
    expect(JSON.stringify(one((log) => log.warn({ error: circle }, 'failed')))).toMatch(/round/);
  });

  test.each([
    ['gone', { type: 'string', message: 'gone' }],
    [{ secret: SECRET }, { type: 'object', message: 'something that is not an Error was thrown' }],
    [null, { type: 'object', message: 'something that is not an Error was thrown' }],
  ])('may be anything: %j', (thrown, shown) => {
    expect(one((log) => log.warn({ error: thrown }, 'failed'))?.error).toEqual(shown);
  });
});

describe('a secret never stands in a line', () => {
  const anywhere = fc
    .tuple(fc.string(), fc.constantFrom(SECRET, encodeURIComponent(SECRET)), fc.string())
    .map((parts) => parts.join(''));
  const thrown = fc.letrec<{ error: Error }>((tie) => ({
    error: fc
      .tuple(
        anywhere,
        anywhere,
        fc.option(tie('error'), { nil: undefined, maxDepth: 6 }),
        fc.boolean(),
      )
      .map(([message, name, cause, several]) => {
        const error = several
          ? new AggregateError(cause === undefined ? [] : [cause], message)
          : new Error(message, { cause });
        return Object.assign(error, { name, code: message, config: { auth: message } });
      }),
  })).error;

  test.each(LEVELS)('%s', (level: Level) => {
    fc.assert(
      fc.property(anywhere, anywhere, thrown, (text, message, error) => {
        const record = recorded();
        record.log.child({ text })[level]({ text, nested: { text } as never, error }, message);
        expect(record.lines()).toHaveLength(1);
        expect(record.text()).not.toContain(SECRET);
        expect(record.text()).not.toContain(encodeURIComponent(SECRET));
        expect(JSON.stringify(record.lines())).not.toContain('5Up3r');
      }),
    );
  });

  test('nor the half of one that is the beginning of another, or is cut', () => {
    const { log, text } = recorded({ secrets: ['hunter', 'hunter-zz'] });
    log.info({ cut: `${'x'.repeat(4092)}hunter-zz` }, 'hunter-zz');
    expect(text()).not.toMatch(/hun|zz/);
  });
});

describe('an address is whole at debug only', () => {
  const text = 'to <juliet@example.org/Balcony>, xmpp:romeo@example.net and +12025550123';

  test('debug', () => {
    expect(one((log) => log.debug({ jid: 'juliet@example.org' }, text))).toMatchObject({
      jid: 'juliet@example.org',
      msg: text,
    });
  });

  test.each(['info', 'warn', 'error'] as const)('%s', (level) => {
    const error = new Error(text);
    const masked = 'to <ju…@example.org>, xmpp:ro…@example.net and +1…23';
    expect(
      one((log) => log.child({ jid: 'juliet@example.org' })[level]({ error }, text)),
    ).toMatchObject({ jid: 'ju…@example.org', msg: masked, error: { message: masked } });
  });
});
