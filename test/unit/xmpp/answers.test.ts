import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { portInMemory } from './port-in-memory.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const ping = (from: string, id: number): string =>
  `<iq type='get' from='${from}' to='gw.example' id='${id}'><ping xmlns='urn:xmpp:ping'/></iq>`;

/** The answers that leave in each of the next seconds. */
function bySecond(memory: ReturnType<typeof portInMemory>, seconds: number): number[] {
  return Array.from({ length: seconds }, () => {
    vi.advanceTimersByTime(1_000);
    return memory.written().length;
  });
}

test('twenty a second leave for one bare JID, whatever its resource; the rest wait, in order', () => {
  const memory = portInMemory();
  const atOnce = Array.from({ length: 50 }, (_, n) =>
    memory.receive(ping(`juliet@example.org/${n}`, n)),
  ).flat();
  expect(atOnce.map(({ attrs }) => attrs.id)).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
  expect(memory.receive(ping('romeo@example.org', 1))).toHaveLength(1);

  vi.advanceTimersByTime(1_000);
  expect(memory.written().map(({ attrs }) => attrs.id)).toEqual(
    Array.from({ length: 20 }, (_, n) => `${n + 20}`),
  );
  expect(bySecond(memory, 3)).toEqual([10, 0, 0]);
  expect(vi.getTimerCount()).toBe(0);
});

test('of ten thousand at once, 420 are ever answered', () => {
  const memory = portInMemory();
  for (let n = 0; n < 10_000; n++) memory.receive(ping('juliet@example.org', n));
  expect(bySecond(memory, 25).reduce((sum, count) => sum + count)).toBe(400);
});

test('what is kept is bounded over all who ask', () => {
  const memory = portInMemory();
  for (let user = 0; user < 100; user++) {
    for (let n = 0; n < 100; n++) memory.receive(ping(`user${user}@example.org`, n));
  }
  expect(bySecond(memory, 10).reduce((sum, count) => sum + count)).toBe(4_000);
});

test('who comes when too many are counted shares an allowance with the others like him', () => {
  const memory = portInMemory();
  const answers = Array.from({ length: 5_000 }, (_, n) =>
    memory.receive(ping(`user${n}@example.org`, n)),
  ).flat();
  expect(answers).toHaveLength(4_096 + 20);
});

test('a message that can not be read is refused each time, however many there are', () => {
  const memory = portInMemory();
  const answers = Array.from({ length: 1_000 }, (_, n) =>
    memory.receive(
      `<message from='juliet@example.org/a' to='romeo@gw.example' id='${n}'><body>note</body><encryption xmlns='urn:xmpp:eme:0' namespace='urn:xmpp:omemo:2'/></message>`,
    ),
  ).flat();
  expect(answers.filter(({ attrs }) => attrs.type === 'error')).toHaveLength(1_000);
});

test('a message that is refused is always told so', () => {
  const memory = portInMemory();
  for (let n = 0; n < 500; n++) {
    memory.receive(
      `<message from='juliet@example.org/a' to='romeo@gw.example' id='${n}'><body>Hi</body></message>`,
    );
  }
  for (const message of memory.heard) {
    if (message.content !== 'text') continue;
    memory.port.refuse(message, { condition: 'forbidden', type: 'cancel', text: 'You may not.' });
  }
  expect(memory.written()).toHaveLength(500);
});

test('nobody waits any longer when the stream has gone', () => {
  const memory = portInMemory();
  for (let n = 0; n < 50; n++) memory.receive(ping('juliet@example.org', n));
  memory.written();
  memory.stream.offline('gone', undefined);
  expect(vi.getTimerCount()).toBe(0);
  expect(bySecond(memory, 3)).toEqual([0, 0, 0]);
});

test('what has no answer costs none: a login with many contacts', () => {
  const memory = portInMemory();
  for (let n = 0; n < 500; n++) {
    expect(
      memory.receive(`<presence from='juliet@example.org/a' to='romeo${n}@gw.example'/>`),
    ).toEqual([]);
  }
  expect(memory.receive(ping('juliet@example.org/a', 1))).toHaveLength(1);
});
