// The dependency rule of ARCHITECTURE.md, each part with its reason. `npm run check` runs it, and
// test/unit/tools/dependency-rule.test.ts plants a violation of every part.

const edges = 'xmpp|lanes|store|history|http|opening';
const rooms = 'outbound|inbound|accounts|sessions|policy|media|commands';
/** Pure words and forms that belong to an edge: whoever speaks of them may import them. */
const vocabulary = '^src/(xmpp/(jid|port)|lanes/(lane|lane-store|queue|stored))\\.ts$';
const ours = '^(src|adapters|test|demo|tools)/';
const adapterTests = '^adapters/[^/]+/test/';

/** A library that one room owns: nobody else meets its quirks, and replacing it touches one folder. */
const owned = (name, room, library) => ({
  name,
  comment: `Only src/${room} knows this library: its quirks stay there, and replacing it touches one room.`,
  severity: 'error',
  from: { path: '^(src|adapters)/', pathNot: [`^src/${room}/`, adapterTests] },
  to: { path: library },
});

export default {
  forbidden: [
    {
      name: 'contract-imports-nothing-of-ours',
      comment: 'The contract is published: whatever it imported, every adapter would depend on.',
      severity: 'error',
      from: { path: '^src/contract/' },
      to: { path: ours, pathNot: '^src/contract/' },
    },
    {
      name: 'adapter-sees-the-contract-only',
      comment:
        'An adapter of ours can do exactly what one of a third party can: the contract, npm packages, its own folder.',
      severity: 'error',
      from: { path: '^adapters/([^/]+)/' },
      to: { path: ours, pathNot: ['^adapters/$1/', '^src/contract/(testing/)?index\\.ts$'] },
    },
    {
      name: 'adapter-names-the-contract',
      comment:
        'By path the contract would be reached only in this repository; by its name an adapter can be moved out of it.',
      severity: 'error',
      from: { path: '^adapters/' },
      to: { path: '^src/', dependencyTypes: ['local'] },
    },
    {
      name: 'nobody-imports-an-adapter',
      comment:
        'Adapters are loaded by the name that the configuration gives: an import would make one of them part of the core.',
      severity: 'error',
      from: { pathNot: '^adapters/' },
      to: { path: '^adapters/' },
    },
    owned('xmpp-owns-the-stream-libraries', 'xmpp', '(^|/)node_modules/(@xmpp/|saxes/|ltx/)'),
    owned('lanes-own-the-queue-library', 'lanes', '(^|/)node_modules/bullmq/'),
    owned('store-owns-the-redis-library', 'store', '(^|/)node_modules/ioredis/'),
    owned('history-owns-sql', 'history', '^(node:)?sqlite$'),
    owned('http-owns-the-web-library', 'http', '(^|/)node_modules/fastify/'),
    owned('opening-owns-worker-threads', 'opening', '^(node:)?worker_threads$'),
    owned('telemetry-owns-the-log-library', 'telemetry', '(^|/)node_modules/pino/'),
    {
      name: 'edges-share-types-only',
      comment:
        'Each edge owns one outside system; main.ts introduces them to each other. A JID is vocabulary, not machinery.',
      severity: 'error',
      from: { path: `^src/(${edges})/` },
      to: {
        path: `^src/(${edges})/`,
        pathNot: ['^src/$1/', '^src/xmpp/jid\\.ts$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'edges-know-no-decisions',
      comment:
        'An edge is driven by the rooms that decide; if it called them, nobody could say who is in charge.',
      severity: 'error',
      from: { path: `^src/(${edges})/` },
      to: { path: `^src/(${rooms}|transports)/`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'rooms-take-edges-as-types',
      comment:
        'The rooms that decide are handed their edges by main.ts, so that the way of a message can be read, and tested, without a server. Vocabulary is no machinery.',
      severity: 'error',
      from: { path: `^src/(${rooms})/` },
      to: {
        path: `^src/(${edges})/`,
        pathNot: vocabulary,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'outbound-and-inbound-are-strangers',
      comment: 'Each direction can be read alone. They meet in the lanes.',
      severity: 'error',
      from: { path: '^src/(outbound|inbound)/' },
      to: { path: '^src/(outbound|inbound)/', pathNot: '^src/$1/' },
    },
    {
      name: 'only-main-and-cli-see-everything',
      comment: 'What imports the composition root can not be composed by it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main\\.ts$|main/|cli/)' },
      to: { path: '^src/(main\\.ts$|main/|cli/)' },
    },
    {
      name: 'product-never-imports-tests',
      comment: 'What is published must not need what is not.',
      severity: 'error',
      from: { path: '^(src|adapters)/', pathNot: adapterTests },
      to: { path: ['^(test|demo|tools)/', adapterTests] },
    },
    {
      name: 'product-needs-no-development-package',
      comment: 'An installed Postern has no development packages.',
      severity: 'error',
      from: { path: '^(src|adapters)/', pathNot: adapterTests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'demo-speaks-sockets-only',
      comment:
        'The demo shows what an operator gets: it meets Postern as a process, never as code.',
      severity: 'error',
      from: { path: '^demo/' },
      to: { path: '^(src|adapters|test)/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      comment: 'The rules above are blind where an import can not be followed.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Its other parser is TypeScript's own, which it does not know in version 7: it would see nothing, and pass.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^tools/node24/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'node', 'import', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
