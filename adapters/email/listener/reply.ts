/**
 * A refusal: a reply code (RFC 5321 §4.2.3) and a text that begins with an enhanced status code
 * (RFC 3463). 4yz: come again. 5yz: never. 421 also ends the connection.
 *
 * An `Error`, because that is how the server library takes it. It is never thrown.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly responseCode: number;

  private constructor(responseCode: number, text: string) {
    super(text);
    this.responseCode = responseCode;
  }
  /** Only what is written in this code is said: a text from anywhere else does not compile. */
  static of<const Text extends string>(responseCode: number, text: Written<Text>): Refusal {
    return new Refusal(responseCode, text);
  }
}

type Written<Text extends string> = string extends Text ? never : Text;

export const STOPPING = Refusal.of(421, '4.3.2 shutting down, come again');
export const FULL = Refusal.of(452, '4.3.1 there is no room for another mail now, come again');
export const DOWN = Refusal.of(451, '4.3.0 mail can not be stored now, come again');

export const TOO_MANY_CONNECTIONS = Refusal.of(421, '4.7.0 too many connections from your address');
export const TOO_MANY_MAILS = Refusal.of(450, '4.7.1 too many mails from your address, come again');
export const TOO_SLOW = Refusal.of(421, '4.4.2 this takes too long');

export const BAD_SENDER = Refusal.of(553, '5.1.7 this is no address of a sender');

export const UNKNOWN_RECIPIENT = Refusal.of(550, '5.1.1 nobody has this address here');
export const NOT_OURS = Refusal.of(550, '5.7.1 relaying denied');
export const UNSIGNED_BOUNCE = Refusal.of(550, '5.7.1 no mail from here bears this address');
export const BAD_RECIPIENT = Refusal.of(553, '5.1.3 no address here is written like this');
export const TOO_MANY_RECIPIENTS = Refusal.of(452, '4.5.3 too many recipients, send another mail');
export const TOO_MANY_REFUSED = Refusal.of(421, '4.7.0 too many recipients that are not here');

export const TOO_BIG = Refusal.of(552, '5.3.4 this mail is too big');
export const HEADER_TOO_BIG = Refusal.of(552, '5.3.4 the header of this mail is too big');
export const BARE_LINE_END = Refusal.of(550, '5.6.0 a CR or LF stands alone: lines end with both');
export const NOT_ONE_FROM = Refusal.of(550, '5.6.0 a mail needs a From header, and only one');
export const LOOP = Refusal.of(554, '5.4.6 this mail goes round in circles');
