/** The candidate that the writer most likely meant: at most a third of the letters differ. */
export function nearest(written: string, candidates: readonly string[]): string | undefined {
  const folded = fold(written);
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(folded, fold(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  const limit = Math.max(1, Math.floor(folded.length / 3));
  return best !== undefined && best.distance <= limit ? best.candidate : undefined;
}

/** `publicUrl`, `public_url`, `PUBLIC-URL` are one word to a person, and in an environment variable. */
export function fold(word: string): string {
  return word.replace(/[_-]/g, '').toLowerCase();
}

/** Insertions, deletions, replacements, and two neighbours exchanged (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      const steps = [
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + cost,
      ];
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        steps.push((beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(Math.min(...steps));
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
