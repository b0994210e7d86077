import { anyOf } from './any-of.ts';

// What servers write into their reports, in lower case. No repetition is without a bound.

/** How reports say that a mail did not get through, in the languages of their servers. */
export const FAILURE = anyOf(
  /(?:could|can|was|were|has|have|is)(?:n't|n’t| ?not)(?: yet)?(?: been| be)? (?:deliver|sent|reach)/,
  /(?:unable|failed|not able|wasn't able|inability) to (?:be )?(?:deliver|send|relay|forward)/,
  /deliver(?:y|ing)(?: \S{1,60}){0,8} (?:has |have )?(?:been )?(?:fail|error|delayed|unsuccessful)/,
  /delivery (?:status )?notification|fail(?:ed|ure) (?:in |of |to )?deliver|undeliver/,
  /undelivr|not delivered|did not reach|could not be reached/,
  /permanent (?:fatal )?errors?|transcript of (?:the )?session|error (?:has )?occurred/,
  /was rejected|rejected by|has been (?:delayed|rejected|returned|refused)/,
  /delivery problems?|failure reasons?|mailbox exceeds/,
  /delayed for more|(?:trouble|error|problems?) (?:in )?(?:deliver|send)/,
  /returned (?:mail|message|to (?:the )?sender)|not (?:a )?member of this mailing list/,
  /invalid user address|no valid recipients|mailbox (?:is )?full/,
  /(?:non|nicht) (?:zugestellt|zustellbar)|unzustellbar|zustellung.{0,30}(?:fehl|nicht)/,
  /n['’](?:a|ont) (?:pas|pu)|échec de la (?:remise|livraison)/,
  /no se (?:ha )?p(?:udo|odido) entregar|no (?:ha sido )?entregad/,
  /(?:impossibile|non.{0,20}) (?:recapit|consegn)|não (?:p[ôo]de|foi).{0,20}entreg/,
  /(?:kon|kan|is) niet.{0,20}(?:bezorgd|afgeleverd)/,
  /не (?:может быть|было|удалось) доставлен|не доставлено|не удалось доставить|送信できません/,
  /配信できません|お届けできません|配信不能|送信に失敗|配信に失敗|无法(?:投递|送达|发送)|退信|無法/,
);

/** Said when the mail is still on its way. */
export const DELAY = anyOf(
  /warning (?:message )?only|(?:has been|is|was|been) delayed/,
  /not yet (?:been )?delivered|(?:still|will) be(?:ing)? re-?tri/,
  /will (?:continue|keep) (?:to try|trying)|(?:do )?not need to re-?send/,
  /delayed (?:mail|for more)|temporary failure report|will be attempted/,
  /noch nicht zugestellt|retardé/,
);

/** Said when it is not, even where the text speaks of a delay as well. Delays say "will be". */
export const GIVEN_UP = anyOf(
  /failed permanently|(?<!not a )permanent (?:error|failure|fatal)|(?:have|'ve|is) giv(?:en|ing) up/,
  /(?:been|was|being) returned to (?:you|sender)|no further (?:delivery )?attempts/,
);

/** The subjects of reports, from their beginning. Persons quote them: alone they prove nothing. */
export const SUBJECT = anyOf(
  /^\W{0,4}(?:mail |message )?(?:delivery|mail system|mailer)\b/,
  /^\W{0,4}(?:undeliver|undelivr|non-?deliver|not delivered|return(?:ed)? |returned mail)/,
  /^\W{0,4}(?:failure|failed|delayed|warning: |could not|bounce|error sending|there was an error)/,
  /^\W{0,4}mail (?:could|delivery|failure|error|system)/,
  /^\W{0,4}(?:message (?:delivery|could|delayed|status)|e-?mail delivery)/,
  /^\W{0,4}(?:unzustellbar|nicht zustellbar|не доставлено|échec|non remis)/,
  // Mailing lists: "You a@b.example are not member (…)".
  /^.{0,80}\bnot (?:a )?member/,
);
