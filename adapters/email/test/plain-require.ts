import { registerHooks } from 'node:module';

// Vitest hands its conditions to Node, `import` among them, so that `require` gets ES modules where a
// package has both. mailauth calls what it requires as the function that it is everywhere else.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier, {
      ...context,
      conditions: context.conditions.includes('require')
        ? context.conditions.filter((condition) => condition !== 'import')
        : context.conditions,
    }),
});
