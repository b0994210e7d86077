#!/usr/bin/env node
/** `postern`: the command. What runs the verbs is in `run.ts`. */

/** As in package.json, `engines`. */
const OLDEST = [22, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  // Before anything is imported that an older one does not have.
  process.stderr.write(
    `Postern needs Node ${OLDEST.join('.')} or later; this is ${process.version}.\n`,
  );
  process.exit(69);
}
const { endBy, listenForCrashes } = await import('./last-words.ts');
listenForCrashes();
const { written } = await import('./output.ts');
const { run } = await import('./run.ts');
const code = await run(process.argv.slice(2)).catch(endBy);
// Not left to the end of the last timer: ioredis keeps those of commands that met the end of their link
// for as long as they would have had, which is longer than a stop may take.
process.exit(await written(code).catch(endBy));
