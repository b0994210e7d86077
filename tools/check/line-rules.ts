import { linesOf, sourceFiles } from './source-files.ts';

/** A place that breaks a rule which one line shows. */
export interface Finding {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

interface LineRule {
  readonly name: string;
  readonly reason: string;
  appliesTo(file: string): boolean;
  breaks(line: string): boolean;
}

const NETWORK_WORDS = new Set(
  'sms mms twilio smpp signalwire email smtp imap dkim dmarc irc libera phone'.split(' '),
);
const BARRED_NAMES = /(^|\/)(utils?|helpers?|common|core|types|interfaces|misc)(\/|\.ts$)/;

const isProduct = (file: string): boolean =>
  /^(src|adapters)\//.test(file) && !/^adapters\/[^/]+\/test\//.test(file);
const isTest = (file: string): boolean => /^test\/|^adapters\/[^/]+\/test\//.test(file);

/** The code of a line: nothing of a comment line, and what stands before a trailing comment. */
function codeOf(line: string): string {
  return /^\s*(\/\/|\/\*|\*)/.test(line) ? '' : line.replace(/\s\/\/\s.*$/, '');
}

/** The words of a line, those inside camelCase and SHOUTED_NAMES included, in lower case. */
function wordsOf(text: string): string[] {
  const whole = text.match(/[A-Za-z]+/g) ?? [];
  const parts = text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? [];
  return [...whole, ...parts].map((word) => word.toLowerCase());
}

const namesNetwork = (text: string): boolean =>
  wordsOf(text).some((word) => NETWORK_WORDS.has(word));

// Written so that this file does not break its own rules.
const LEFT_OVER = new RegExp(`\\b(${['TO', 'FIX', 'X', 'HA'].join('|')})(DO|ME|XX|CK)\\b`);
const SILENCED = new RegExp(`@ts-${'(ignore|expect-error|nocheck)'}`);
const UNTYPED = new RegExp(`\\bas ${'any'}\\b`);
const MACHINE_PATH = new RegExp(`(?<![\\w.>)}])/(?:${'work|farm|root|home|Users'})/[\\w.]`);
const SLEEP = new RegExp(`\\bsetTimeout\\(\\s*(resolve|done|r)\\b|${'timers'}/promises`);
const NOT_RUN = new RegExp(`\\b(it|test|describe|suite)\\.${'(skip|only|todo|fails)'}\\b`);
const HIDDEN_IMPORT = /(?<!await )\bimport\(['"]/;

const RULES: readonly LineRule[] = [
  {
    name: 'src-names-no-network',
    reason:
      'The core knows networks through the contract alone; what it would ask is a capability.',
    appliesTo: (file) => file.startsWith('src/'),
    breaks: (line) => namesNetwork(codeOf(line)),
  },
  {
    name: 'no-left-overs',
    reason: 'Finish it, or write it down where work is planned.',
    appliesTo: () => true,
    breaks: (line) => LEFT_OVER.test(line),
  },
  {
    name: 'no-silenced-types',
    reason: 'A type error that is silenced is found by a user instead.',
    appliesTo: () => true,
    // In a comment the first kind is at work, and the second is prose.
    breaks: (line) => SILENCED.test(line) || UNTYPED.test(codeOf(line)),
  },
  {
    name: 'no-machine-paths',
    reason: 'A path of one machine works on no other.',
    appliesTo: () => true,
    breaks: (line) => MACHINE_PATH.test(line),
  },
  {
    name: 'no-sleeps-in-tests',
    reason:
      'Wait for the event itself: a sleep is too short on a slow machine and too long on others.',
    appliesTo: isTest,
    breaks: (line) => SLEEP.test(line),
  },
  {
    name: 'every-test-runs',
    reason: 'A test that does not run proves nothing.',
    appliesTo: isTest,
    breaks: (line) => NOT_RUN.test(line),
  },
  {
    name: 'no-hidden-imports',
    reason: 'The dependency rule does not see a type that is imported in place.',
    appliesTo: isProduct,
    breaks: (line) => HIDDEN_IMPORT.test(codeOf(line)),
  },
];

/** Holds every line and name of the sources below `root` against the rules above. */
export function lineFindings(root: string): Finding[] {
  return sourceFiles(root).flatMap((file) => [
    ...nameFindings(file),
    ...linesOf(root, file).flatMap((text, index) =>
      RULES.filter((rule) => rule.appliesTo(file) && rule.breaks(text)).map((rule) => ({
        rule: rule.name,
        file,
        line: index + 1,
        text: text.trim(),
      })),
    ),
  ]);
}

function nameFindings(file: string): Finding[] {
  const finding = (rule: string): Finding => ({ rule, file, line: 0, text: file });
  return [
    ...(BARRED_NAMES.test(file) ? [finding('names-say-what-is-inside')] : []),
    ...(file.startsWith('src/') && namesNetwork(file) ? [finding('src-names-no-network')] : []),
  ];
}

export function describeFinding({ rule, file, line, text }: Finding): string {
  const reason =
    RULES.find(({ name }) => name === rule)?.reason ??
    'A name for every thing fits no thing: name the feature.';
  return `${file}${line === 0 ? '' : `:${line}`}  ${text}\n    ${rule}: ${reason}`;
}
