/** How times, numbers and foreign texts are written for a person. Pure. */

import { withClosedDirections } from '../text-direction.ts';

/** `2026-11-24 14:02:07.120 UTC` */
export function exactTime(at: number): string {
  return `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

/** `2026-11-24 14:02:07 UTC` */
export function time(at: number): string {
  return exactTime(at).replace(/\.\d+ /, ' ');
}

/** How long something lasts, in one unit. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return counted(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return counted(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  return hours < 48 ? counted(hours, 'hour') : counted(Math.round(hours / 24), 'day');
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Letters that turn the line around, or that nobody sees, are no more part of a listing than controls are. */
const UNSEEN = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** A foreign text as one line of a listing, on whatever screen. */
export function onLine(text: string): string {
  return text.toWellFormed().replace(UNSEEN, '\ufffd');
}

// What moves a terminal, and what only looks like the end of a line.
const CONTROLS = /(?![\n\t])[\p{Cc}\u2028\u2029]/gu;

/** A whole foreign text, on whatever screen: it moves nothing there, and turns nothing beyond its lines. */
export function onScreen(text: string): string {
  return withClosedDirections(text.toWellFormed().replace(CONTROLS, '\ufffd'));
}
