import { LineError } from './wire/line.ts';

/** False where it was not sent: too much waits, or no line can say it. */
export function sent(send: () => boolean): boolean {
  try {
    return send();
  } catch (error) {
    if (error instanceof LineError) return false;
    throw error;
  }
}
