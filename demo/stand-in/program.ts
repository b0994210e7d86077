/** A stand-in as a process: one line of JSON when it listens, and an end on SIGTERM or SIGINT. */
export function serveUntilTold(line: object, stop: () => Promise<void>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
  const end = () => void stop().then(() => process.exit(0));
  process.once('SIGTERM', end).once('SIGINT', end);
}
