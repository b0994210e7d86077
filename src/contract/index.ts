/** `postern/adapter`: all that an adapter sees of Postern. Imports nothing of ours. */

export * from './adapter.ts';
export * from './capabilities.ts';
export * from './events.ts';
export * from './failure.ts';
export * from './ids.ts';
export * from './keeping.ts';
export * from './rooms.ts';
export * from './secret.ts';
