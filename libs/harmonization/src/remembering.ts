/**
 * Answers by key that are computed once, so that the products of one name aren't taken apart for each item again. When there are too
 * many all are forgotten: which ones stay never changes an answer.
 */
export function remembering<T>(most: number): (key: string, compute: () => T) => T {
  const answers = new Map<string, T>();
  return (key, compute) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = compute();
    if (answers.size >= most) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}
