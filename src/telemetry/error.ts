const MAX_CAUSES = 4;

export interface SerialisedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: SerialisedError;
}

/**
 * What may be told of an error. Its other properties are left out, all of them: a HTTP client's
 * error carries the request with its credentials, an SMTP client's the conversation. A parser's
 * message quotes what it read, which may be what somebody wrote: only where it failed is told.
 *
 * @param clean goes over every text
 */
export function serialiseError(
  error: unknown,
  clean: (text: string) => string,
  withStack: boolean,
  depth = 0,
): SerialisedError {
  if (!(error instanceof Error)) return { type: typeof error, message: describe(error, clean) };
  const { code } = error as { readonly code?: unknown };
  const message = error instanceof SyntaxError ? 'not shown' : withoutArguments(error.message);
  const stack = typeof error.stack === 'string' ? error.stack : '';
  // Of several errors in one (a connection tried over IPv6 and IPv4) the first stands for all.
  const inner = error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined);
  return {
    type: clean(String(error.name)),
    message: clean(message),
    ...(typeof code === 'string' ? { code: clean(code) } : {}),
    ...(typeof code === 'number' ? { code } : {}),
    ...(withStack && stack !== ''
      ? { stack: clean(stack.replace(error.message, () => message)) }
      : {}),
    ...(inner !== undefined && depth < MAX_CAUSES
      ? { cause: serialiseError(inner, clean, withStack, depth + 1) }
      : {}),
  };
}

function describe(thrown: unknown, clean: (text: string) => string): string {
  return typeof thrown === 'string' ? clean(thrown) : 'something that is not an Error was thrown';
}

/** Redis repeats the beginning of a command that it does not know: part of a message may be in it. */
function withoutArguments(message: unknown): string {
  return String(message).replace(/, with args beginning with:.*/s, '');
}

export interface Crash {
  readonly type: string;
  readonly code: string | undefined;
  /** Where it was, the innermost call first. */
  readonly at: readonly string[];
}

/** What may be told of an error that nobody has expected, so that nobody knows what its message repeats. */
export function crashOf(error: unknown): Crash {
  if (!(error instanceof Error)) return { type: typeof error, code: undefined, at: [] };
  const { code, stack } = error as { readonly code?: unknown; readonly stack?: unknown };
  const frames = typeof stack === 'string' ? stack.replace(error.message, '').split('\n') : [];
  return {
    type: wordOf(error.name) ?? 'Error',
    code: wordOf(code),
    at: frames.map((line) => line.trim()).filter((line) => FRAME.test(line)),
  };
}

const FRAME = /^at (?:[\w.#<>$ [\]]+ \()?(?:file:\/\/|node:|\/)[^\s()]+:\d+:\d+\)?$/;

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\w{1,60}$/.test(value) ? value : undefined;
}
