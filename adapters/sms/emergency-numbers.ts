/**
 * Numbers for emergencies, of any country: nobody may believe that a gateway took his call for
 * help. A text to one is refused everywhere, whatever it means in the country of the sender.
 */
const EMERGENCY_NUMBERS: ReadonlySet<string> = new Set([
  // International, and the Americas, Australia, New Zealand.
  ...['112', '911', '999', '000', '111', '933', '106', '190', '191', '192', '193', '066'],
  // Europe.
  ...['110', '113', '115', '117', '118', '122', '127', '128', '133', '140', '144', '147'],
  ...['150', '155', '156', '158', '061', '062', '080', '085', '088', '092', '166', '997', '998'],
  // Asia and Africa.
  ...['100', '101', '102', '103', '104', '105', '108', '119', '120', '123', '125', '199'],
  ...['990', '991', '992', '993', '994', '995', '996', '1122', '1669', '10111', '10177'],
]);

export function isEmergencyNumber(digits: string): boolean {
  return EMERGENCY_NUMBERS.has(digits);
}
