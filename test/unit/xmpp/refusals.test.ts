import { expect, it } from 'vitest';
import { portInMemory } from './port-in-memory.ts';

const message = (from: string, id: number) =>
  `<message from='${from}' to='romeo@gw.example' id='${id}' type='chat'><body>x</body></message>`;

function refusing(write?: () => unknown) {
  const unsaid: string[][] = [];
  const made = portInMemory(
    {},
    {
      message: (read) => {
        if (read.content === 'text') {
          made.port.refuse(read, { condition: 'resource-constraint', type: 'wait', text: 'no' });
        }
      },
      unsaid: (to) => void unsaid.push([...to]),
    },
    write,
  );
  return { ...made, unsaid };
}

/** What waited for a promise has happened. */
const turn = () => new Promise(setImmediate);

it('while the server reads, each message that is refused is answered', () => {
  const { receive, unsaid, stream } = refusing();
  for (let i = 0; i < 3_000; i++) {
    expect(receive(message('juliet@a.example/x', i))).toHaveLength(1);
  }
  stream.online();
  expect(unsaid).toEqual([]);
});

it('while it does not, one writer has a share, and is told when it does again', async () => {
  const { receive, unsaid, fill, logged } = refusing();
  const goOn = fill();
  let said = 0;
  for (let i = 0; i < 3_000; i++) said += receive(message('juliet@a.example/x', i)).length;
  expect(said).toBeGreaterThan(1_000);
  expect(said).toBeLessThan(2_048);
  expect(receive(message('nurse@a.example/x', 1))).toHaveLength(1);
  expect(unsaid).toEqual([]);
  goOn();
  await turn();
  expect(unsaid).toEqual([['juliet@a.example']]);
  expect(logged).toEqual([
    expect.stringContaining(`"refusals":${3_000 - said},"writers":1`) as unknown,
  ]);
  expect(receive(message('juliet@a.example/x', 1))).toHaveLength(1);
});

it('whose refusal had no place at all is told when there is one', async () => {
  const { receive, unsaid, fill } = refusing(() => false);
  const goOn = fill();
  receive(message('juliet@a.example/x', 1));
  receive(message('juliet@a.example/y', 2));
  receive(message('nurse@a.example/x', 3));
  goOn();
  await turn();
  expect(unsaid).toEqual([['juliet@a.example', 'nurse@a.example']]);
});

it('what is refused without a stream is counted when there is one', () => {
  const { receive, unsaid, stream, logged } = refusing(() => false);
  receive(message('juliet@a.example/x', 1));
  stream.online();
  expect(unsaid).toEqual([]);
  expect(logged).toEqual([expect.stringContaining('"refusals":1') as unknown]);
});
