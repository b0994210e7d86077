/** What a file is called for people. Never a path: whoever stores it chooses his own name. */

import { oneLine } from './words.ts';

const MAX_NAME = 100;

const NAMES: ReadonlyMap<string, string> = new Map([
  ['application/ms-tnef', 'winmail.dat'],
  ['application/pdf', 'document.pdf'],
  ['application/pgp-encrypted', 'version.asc'],
  ['application/pgp-keys', 'key.asc'],
  ['application/pgp-signature', 'signature.asc'],
  ['application/pkcs7-mime', 'smime.p7m'],
  ['application/pkcs7-signature', 'smime.p7s'],
  ['application/x-pkcs7-signature', 'smime.p7s'],
  ['application/zip', 'files.zip'],
  ['audio/mp4', 'audio.m4a'],
  ['audio/mpeg', 'audio.mp3'],
  ['image/gif', 'image.gif'],
  ['image/heic', 'image.heic'],
  ['image/jpeg', 'image.jpg'],
  ['image/png', 'image.png'],
  ['image/svg+xml', 'image.svg'],
  ['image/webp', 'image.webp'],
  ['message/global', 'message.eml'],
  ['message/rfc822', 'message.eml'],
  ['text/calendar', 'invitation.ics'],
  ['text/css', 'style.css'],
  ['text/csv', 'table.csv'],
  ['text/html', 'page.html'],
  ['text/plain', 'text.txt'],
  ['text/vcard', 'contact.vcf'],
  ['text/x-vcard', 'contact.vcf'],
  ['video/mp4', 'video.mp4'],
]);

/**
 * @param written as the mail has it; undefined or useless: the name is made of the type
 * @param type lower case media type
 * @returns 1 to 100 characters, no slash, no control or format character
 */
export function displayName(written: string | undefined, type: string): string {
  const base = oneLine(written?.split(/[/\\]/).at(-1) ?? '').replace(/\p{C}/gu, '');
  // A dot in front hides a file, one behind is lost where it is saved.
  const name = shortened(base.replace(/^[. ]+/, '')).replace(/[. ]+$/, '');
  return name === '' ? (NAMES.get(type) ?? plainName(type)) : name;
}

function plainName(type: string): string {
  const kind = type.slice(0, type.indexOf('/'));
  return ['audio', 'image', 'text', 'video'].includes(kind) ? kind : 'file';
}

/** The ending stays: it says what the file is. */
function shortened(name: string): string {
  const chars = Array.from(name);
  if (chars.length <= MAX_NAME) return name;
  const ending = Array.from(/\.[^. ]{1,10}$/u.exec(name)?.[0] ?? '');
  return [...chars.slice(0, MAX_NAME - ending.length - 1), '…', ...ending].join('');
}
