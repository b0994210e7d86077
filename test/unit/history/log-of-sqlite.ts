import { readFileSync } from 'node:fs';

/** How many commits are in the log of a file: the frame that ends one says how many pages the file has then. */
export function commitsOf(file: string): number {
  const log = readFileSync(`${file}-wal`);
  let count = 0;
  for (let at = 32; at < log.length; at += 24 + log.readUInt32BE(8)) {
    if (log.readUInt32BE(at + 4) > 0) count++;
  }
  return count;
}
