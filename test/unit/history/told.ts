/** Hands out the errors that somebody is told, one by one, as they come. */
export function listener() {
  const errors: Error[] = [];
  let wake: () => void = () => undefined;
  return {
    listen: (error: Error) => {
      errors.push(error);
      wake();
    },
    next: async () => {
      if (errors.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return errors.shift() ?? new Error('nothing was told');
    },
    count: () => errors.length,
  };
}
