/**
 * What mail programs write around a reply, by language: en de fr es pt it ca nl pl cs sk sl hr sr ru uk
 * bg sv da nb fi et hu ro el tr he ar fa zh ja ko vi id. Lower case; compared without case.
 */

/** "wrote": the verb of the line above a quote. */
export const WROTE = words(`
  wrote|writes|schrieb|schrieben|geschrieben|schreibt|a écrit|écrivait|écrit
  escribió|escribio|escribe|ha escrit|va escriure|escreveu|escreve|ha scritto|scrive|scrisse
  schreef|geschreven|schrijft|napisał|napisała|napisał(a)|pisze|napsal|napsala|napsal(a)|píše
  napísal|napísala|napísal(a)|napisal|je napisal/a|piše|napisao|napisala|je napisao/la|написао је
  написал|написала|написал(а)|пишет|писал|писала|писал(а)|написав|написала|написав(ла)|пише|написа
  напісаў|написао|написао/ла|rakstīja|rašė|parašė|ने लिखा|เขียนว่า|skrifaði|idatzi du|escribiu
  skrev|skriver|har skrevet|kirjoitti|kirjoittaa|kirjutas|írta|írt|írja|a scris|έγραψε|yazdı|şunu yazdı
  כתב|כתבה|כתב/ה|كتب|كتبت|نوشت|写道|寫道|写到|のメール|書きました|님이 작성|작성|썼습니다|đã viết|viết|menulis
`);

/** The names of the header lines which programs put above an unquoted original. */
export const HEADER_NAMES = {
  from: words(`
    from|von|absender|de|expéditeur|remitente|remetente|da|mittente|van|afzender|od|nadawca|odesílatel|odosielateľ
    от|отправитель|від|відправник|från|avsändare|fra|lähettäjä|saatja|feladó|de la|expeditor|από|kimden|gönderen
    מאת|من|المرسل|از|发件人|發件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|발신|từ|dari
  `),
  date: words(`
    sent|date|gesendet|gesendet am|datum|envoyé|envoyé le|date d'envoi|message du|enviado|enviado el|fecha
    enviada em|enviado em|enviada|data|inviato|data invio|verzonden|wysłano|wysłane|odesláno|posláno|odoslané
    poslano|послато|отправлено|дата|надіслано|skickat|sendt|dato|lähetetty|päivämäärä|päiväys|saadetud|kuupäev
    elküldve|küldve|dátum|trimis|dată|στάλθηκε|ημερομηνία|tarih|gönderildi|gönderme tarihi|נשלח|תאריך
    التاريخ|تاريخ|أرسلت|تم الإرسال|发送时间|發送時間|发送日期|日期|時間|时间|寄件日期|傳送時間|送信日時|日時
    보낸 날짜|보낸날짜|날짜|보낸 시간|đã gửi|ngày|dikirim|tanggal|sent at|received
  `),
  to: words(`
    to|an|empfänger|à|a|destinataire|para|destinatario|destinatário|per a|aan|do|komu|pre|za|кому|до|till|til
    vastaanottaja|saaja|címzett|către|catre|προς|kime|alıcı|אל|נמען|إلى|المستلم|به|收件人|收件者|宛先
    받는 사람|받는사람|수신|tới|đến|kepada|ke
  `),
  cc: words(`
    cc|bcc|kopie|copie à|copie|copia|cópia|kopia|kopi|kopio|копия|копія|dw|másolat|κοιν.|bilgi|עותק|نسخة|抄送|副本
    参照|참조|reply-to|reply to|antwort an|importance|priority|attachments|anlagen|organization
  `),
  subject: words(`
    subject|betreff|objet|asunto|assunto|assumpte|oggetto|onderwerp|temat|předmět|predmet|zadeva|тема|относно
    ämne|emne|aihe|teema|tárgy|subiect|θέμα|konu|נושא|الموضوع|موضوع|主题|主旨|主題|件名|제목|chủ đề|tiêu đề|perihal|subjek
  `),
} as const;

/** "Original message", in a frame of dashes. */
export const ORIGINAL = words(`
  original message|original appointment|reply message|ursprüngliche nachricht|originalnachricht|originale nachricht
  message d'origine|message original|message d’origine|mensaje original|missatge original|mensagem original
  messaggio originale|oorspronkelijk bericht|origineel bericht|oprindelig besked|oprindelig meddelelse
  original besked|opprinnelig melding|original melding|ursprungligt meddelande|originalmeddelande
  alkuperäinen viesti|algne sõnum|oryginalna wiadomość|wiadomość oryginalna|pierwotna wiadomość|původní zpráva|původní e-mail|pôvodný e-mail
  pôvodná správa|izvorno sporočilo|izvorna poruka|originalna poruka|исходное сообщение|оригинальное сообщение
  первоначальное сообщение|вихідне повідомлення|оригінальне повідомлення|оригинално съобщение|eredeti üzenet
  mesaj original|mesajul original|αρχικό μήνυμα|orijinal mesaj|orijinal ileti|özgün ileti|הודעה מקורית
  الرسالة الأصلية|原始邮件|原始郵件|原始信件|元のメッセージ|オリジナルメッセージ|元のメール|원본 메일|원본 메시지|원본 메세지
  tin nhắn gốc|thư gốc|pesan asli|wiadomość pierwotna
`);

/** Stems of "forwarded". */
export const FORWARDED = words(`
  forwarded|weitergeleitet|transféré|réexpédié|transmis|reenviado|reenviada|reenviat|encaminhada|encaminhado|inoltrato
  doorgestuurd|przekazan|przekazywan|přeposlan|preposlan|posredovan|proslijeđen|прослеђен|пересланн|пересылаем
  переадресован|переслан|препратен|vidarebefordra|videresend|välitetty|edelleen lähetetty|edastatud|továbbított
  redirecționat|προωθημέν|iletilen|iletilmiş|yönlendirilen|שהועברה|معاد توجيه|المعاد توجيه|بازارسال|转发|轉寄|轉發
  転送|전달|chuyển tiếp|diteruskan
`);

/** How a line begins which a program adds below what was written. */
export const SENT_FROM = words(`
  sent from|sent via|sent with|sent by|sent using|get outlook for|gesendet von|gesendet mit
  diese nachricht wurde von|envoyé de|envoyé depuis|envoyé à partir|envoyé avec|envoyé via|enviado desde|enviado con
  enviat des|enviado do|enviado da|enviado de|enviado a partir|enviado pelo|enviado via|obter o outlook|obtener outlook
  inviato da|inviato dal|inviato con|verzonden met|verzonden vanaf|verzonden vanuit|verzonden via|verstuurd vanaf
  verstuurd met|verstuurd vanuit|skickat från|skickades från|sendt fra|sendt via|sendt med|lähetetty
  wysłano z|wysłane z|wysłano za|odesláno z|posláno z|odoslané z|poslano z|poslano s|poslato sa|послато са
  отправлено с|отправлено из|надіслано з|надіслано із|відправлено з|изпратено от|saadetud minu|elküldve
  trimis de pe|trimis din|στάλθηκε από|εστάλη από|נשלח מ|أُرسلت من|أرسلت من|مرسل من|تم الإرسال من
  发自|發自|傳送自|來自我的|来自我的|đã gửi từ|gửi từ|được gửi từ|dikirim dari
`);

/** The same, of the languages that put the verb last. Each is a pattern for a whole line. */
export const SENT_FROM_LINES = [
  '(?:von|aus) mein[\\p{L}/]{1,12} .{2,60} (?:gesendet|geschickt|verschickt)',
  '.{2,40}[dt][ae]n gönderildi',
  '.{2,40}[rb][óő]l küldve',
  '.{2,40}から送信',
  '.{2,40}에서 보(?:냄|냈습니다)',
  '[從从].{2,40}(?:傳送|发送|寄出)',
  '\\p{L}{1,20} from mobile',
] as const;

function words(list: string): readonly string[] {
  return list.trim().split(/\s*[|\n]\s*/);
}
