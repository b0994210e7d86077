/**
 * Numbers for emergencies, of any country: nobody may believe that a gateway took his call for
 * help. A text to one is refused everywhere, whatever it means in the country of the sender.
 *
 * Three digits that begin with 0, 1 or 9 are kept for emergencies in some country, or for the
 * services of a network: a list of them would never be whole (ITU-T E.161.1 names 112 and 911).
 */
const KEPT = /^[019][0-9]{2}$/;

/** Those that look different: the Caribbean, Somalia, Liberia, Togo, Pakistan, Thailand, southern Africa. */
const OTHERS: ReadonlySet<string> = new Set([
  ...['811', '888', '4455', '8200', '1122', '1155', '1669', '10111', '10177'],
]);

export function isEmergencyNumber(digits: string): boolean {
  return KEPT.test(digits) || OTHERS.has(digits);
}
