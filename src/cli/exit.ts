/** Exit codes, after sysexits.h where it has one; every verb's are in its usage. */
export const EXIT = {
  ok: 0,
  /** What was asked for is not so, or did not come about. */
  no: 1,
  /** The command line can not be understood. */
  usage: 64,
  /** Something that is needed does not answer. */
  unavailable: 69,
  /** A fault of Postern's own. */
  software: 70,
  /** What it had to say could not be written. */
  output: 74,
  /** The configuration, or a server's, has to be changed first. */
  config: 78,
} as const;
