import { z } from 'zod';

/**
 * A setting that must not be shown: `{ file: … }`, `{ env: … }` or text in the configuration, the
 * plain value once it is read. It is masked wherever settings are printed or logged.
 */
export function secret(title: string, description: string) {
  return z.string().min(1).meta({ title, description, secret: true });
}
