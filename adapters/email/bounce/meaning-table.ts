import { anyOf } from './any-of.ts';

/** Whom or what a server says it does not have. */
const WHO =
  '(?:user|recipient|mailbox|address|account|alias|member|subscriber|person|local|e-?mail|domain)';
/** Mostly the address itself. */
const FEW_WORDS = '(?: \\S{1,60}){0,2}?';

function about(predicate: string): RegExp {
  return new RegExp(`${WHO}(?:'?s|ee)?${FEW_WORDS} ${predicate}`);
}

/**
 * What the words of mail servers mean, as a status of RFC 3463 or of the registry that RFC 5248
 * began. Asked only where a report has no status, or one that says nothing: a code is more precise
 * than a sentence. The first row that matches decides, so the narrow ones come first. The class
 * holds unless the report itself says another.
 *
 * The words are a stranger's: no pattern has a repetition without a bound.
 */
export const MEANINGS: readonly (readonly [status: string, words: RegExp])[] = [
  // It goes in circles.
  ['5.4.6', /too many hops|hop count|mail loop|loops? back|routing loop|forwarding loop/],
  // Who sent it is not proven (RFC 7372).
  ['5.7.26', /dmarc|\bspf\b|\bdkim\b|unauthenticated (?:e-?mail|sender)|fails? authentication/],
  // The sending host has no name (RFC 7372).
  ['5.7.25', /reverse dns|\bptr\b|\brdns\b|reverse lookup|ip name lookup|resolve your (?:ip|host)/],
  // The domain takes no mail (RFC 7505).
  ['5.1.10', /null mx|no smtp service|(?:does|do) not accept (?:any )?(?:e-?)?mail|\bmx 0 \./],
  // TLS is asked for, or not to be had.
  ['5.7.10', /encryption (?:is )?(?:required|needed)/],
  ['5.7.10', /(?:support|require|start|issue)s? (?:a )?(?:start)?tls/],
  // The mailbox is full.
  [
    '5.2.2',
    /(?:mail ?box|folder|account|inbox|user'?s? mail) ?(?:is |has )?(?:too )?(?:full|exceeded)/,
  ],
  [
    '5.2.2',
    /(?:over|exceed(?:s|ed|ing)?|out of)(?: \w{1,12}){0,3} (?:disk )?(?:quota|storage|space)/,
  ],
  ['5.2.2', /quota.{0,30}(?:exceeded|violation|full)|(?:over|full) ?quota|too much mail data/],
  ['5.2.2', /mailbox (?:size )?(?:limit )?exceed/],
  ['5.2.2', /postfach.{0,20}voll|bo[iî]te.{0,30}pleine|buz[oó]n.{0,20}lleno|casella.{0,20}piena/],
  ['5.2.2', /ящик.{0,20}переполнен|一杯です|容量/],
  // The mail is too large.
  [
    '5.3.4',
    /(?:message|mail|e-?mail|file|content)s? ?(?:size|length|is|was)?.{0,20}(?:exceed|too (?:big|large|long))/,
  ],
  ['5.3.4', /size limit|too large|message size/],
  // Tried for too long.
  ['4.4.7', /(?:retry|delivery) (?:timeout|time) (?:exceeded|expired)/],
  ['4.4.7', /(?:queue|retr(?:y|ies|ied)).{0,20}too long|for (?:a|too) long(?: time)?\b/],
  ['4.4.7', /(?:message|mail|delivery|queue) (?:has |time ?)?expired/],
  // Tried for too long, and said so as final.
  ['5.4.7', /(?:after|despite).{0,30}(?:retries|attempts)|giv(?:en|ing) up|not deliverable within/],
  // The recipient has moved.
  ['5.1.6', /no longer (?:on|at|with|here|in use|valid)|(?:has|have|mailbox) moved|moved to/],
  ['5.1.6', /forwarding address|address (?:has )?changed/],
  // The mailbox is closed.
  ['5.2.1', about('(?:is |was |has been )?(?:disabled|locked|suspended|inactive|closed|expired)')],
  ['5.2.1', about('(?:is |was |has been )?(?:deactivated|discontinued|terminated|frozen)')],
  [
    '5.2.1',
    /(?:disabled|inactive|suspended|locked|dormant) (?:user|account|mailbox|recipient|e-?mail|address)/,
  ],
  ['5.2.1', /mailbox currently suspended/],
  // The sender's address is refused.
  ['5.1.8', /sender(?:'s)? (?:address|domain)(?: \S{1,40}){0,3} (?:not|does|invalid|rejected)/],
  ['5.1.8', /(?:domain of|unroute?able) sender/],
  ['5.1.8', /sender (?:was |is )?(?:rejected|denied|unknown|verif)/],
  ['5.1.8', /(?:invalid|bad|unknown|illegal) sender|from: header/],
  // The domain does not exist.
  [
    '5.1.2',
    /(?:host|domain)(?: \S{1,60}){0,2} (?:unknown|not found|(?:could|can) ?not be (?:found|resolved))/,
  ],
  ['5.1.2', /unknown (?:host|domain)/],
  [
    '5.1.2',
    /(?:bad|invalid|illegal|unresolvable|nonexistent|non-existent) (?:destination )?(?:host|domain|system)/,
  ],
  ['5.1.2', /\bnxdomain|unroute?able|no (?:valid |such )?(?:hosts?|domain|mx)\b|mail exchanger/],
  ['5.1.2', /host or domain name|all relevant mx records|dns(?:.{0,20} not found| error| lookup)/],
  ['5.1.2', /no route found to domain|name service error/],
  // The address does not exist.
  ['5.1.1', about('(?:is |was |are )?(?:unknown|unavailable|invalid)')],
  ['5.1.1', about('(?:is |was |are )?not (?:found|known|exist|a? ?valid|recogni[sz]ed|listed)')],
  ['5.1.1', about('(?:is |was |are )?not (?:available|active|local)')],
  ['5.1.1', about("(?:does|do|did|could|can)(?:n'?t| ?not) (?:exist|have|be (?:found|resolved))")],
  [
    '5.1.1',
    new RegExp(`(?:unknown|invalid|no such|no valid|illegal|incorrect)${FEW_WORDS} ${WHO}`),
  ],
  ['5.1.1', /(?:account|address|mailbox|user|recipient).{0,60} (?:does not|doesn't) exist/],
  ['5.1.1', new RegExp(`(?:non-?existent|undeliverable|unrecogni[sz]ed|bad)${FEW_WORDS} ${WHO}`)],
  [
    '5.1.1',
    /not? (?:a )?(?:mailbox|user|account|address|recipient)s? (?:here|by|found|with|exists?)/,
  ],
  ['5.1.1', /no such (?:user|person)|unknown.?user|user ?unknown/],
  ['5.1.1', /not (?:our|a local) (?:user|customer)|not listed in|doesn't have an? .{1,40} account/],
  ['5.1.1', /name is not recogni[sz]ed|recipient ?not ?found|not a known user|recipient rejected/],
  ['5.1.1', /rejected recipient|mailbox unavailable/],
  ['5.1.1', /empf[äa]nger.{0,30}(?:unbekannt|nicht)|destinataire.{0,30}(?:inconnu|invalide)/],
  ['5.1.1', /destinatario.{0,30}(?:desconocido|sconosciuto|inesistente)/],
  ['5.1.1', /usu[aá]rio.{0,30}(?:desconocido|inexistente|n[aã]o)|utilisateur.{0,20}inconnu/],
  [
    '5.1.1',
    /adresse.{0,40}(?:nicht gefunden|introuvable)|не (?:существует|найден)|見つかりません|存在しません/,
  ],
  ['5.1.1', /不存在/],
  // A mailing list, and not a member.
  ['5.7.2', /not (?:a )?member|(?:members?|subscribers?) only|only (?:members|subscribers)/],
  ['5.7.2', /permission to (?:post|contact)|not allowed to post|allowed to post/],
  // Refused by a rule.
  ['5.7.1', /spam|\bube\b|\buce\b|virus|malware|phish|unsolicited|junk|suspicious/],
  ['5.7.1', /block ?list|black ?list|deny ?list|\brbl\b|\bdnsbl\b|blocked|reputation|banned/],
  ['5.7.1', /blacklisted/],
  // Too much at once.
  ['4.7.28', /too many (?:connections|messages|mails?|recipients|errors)|rate.?limit/],
  ['4.7.28', /(?:sending|message|connection|unusual) rate/],
  ['4.7.28', /exceeded.{0,30}(?:limit|per (?:hour|day))|throttl|unexpected volume/],
  // Refused by a rule.
  ['5.7.1', /relay(?:ing)?(?: access)? (?:denied|prohibited|not permitted|not allowed)/],
  ['5.7.1', /access (?:is )?denied|permission denied|not (?:authori[sz]ed|permitted|allowed)/],
  ['5.7.1', /policy|prohibited|administrative|authentication required|forbidden|refused by/],
  ['5.7.1', /not accepted|message (?:content )?(?:was |is )?(?:rejected|refused|denied)|denied/],
  ['5.7.1', /do not accept|rejected by/],
  // No connection.
  ['4.4.1', /connect(?:ion)?(?: \S{1,40})? (?:refused|timed out|timeout|failed|error|reset)/],
  ['4.4.1', /timed? ?out|no (?:answer|response)/],
  ['4.4.1', /(?:couldn't|could not|cannot|unable to|can't) (?:connect|establish|contact|reach)/],
  ['4.4.1', /no route to host|network (?:error|is)? ?(?:on|unreachable)|unreachable|socket error/],
  ['4.4.1', /requests to connect|did not respond|no smtp connection|lost connection/],
  ['4.4.1', /conversation with/],
  // The server is set up wrongly.
  ['5.3.5', /(?:system|server) config|misconfigur|local configuration error/],
  // The server fails.
  ['5.3.0', /(?:internal|system|server|software|local|input\/output|i\/o) (?:system )?error/],
  ['5.3.0', /command (?:died|failed|output)|can't create|couldn't create/],
  ['5.3.0', /service (?:currently |is )?unavailable|mailer (?:error|failure)/],
  ['5.3.0', /(?:disk|file system|filesystem) (?:is )?full|no space left|resources temporarily/],
  // The servers did not understand each other.
  [
    '5.5.1',
    /(?:command|parameter)s?(?: \w{1,12}){0,2} (?:not (?:implemented|recogni[sz]ed)|unrecogni[sz]ed)/,
  ],
  ['5.5.1', /protocol error|syntax error|bad sequence/],
];

/** Said where no code tells whether the fault may pass. */
export const TEMPORARY = anyOf(
  /temporar(?:y|ily)|deferred|try(?:ing)? (?:it )?again later/,
  /will (?:be )?retr(?:y|ied)|for a long time|retry timeout|vorübergehend|temporaire/,
);

export const PERMANENT = /permanent(?:ly)?/;
