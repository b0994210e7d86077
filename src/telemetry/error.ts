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
  const message = error instanceof SyntaxError ? 'not shown' : String(error.message);
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
