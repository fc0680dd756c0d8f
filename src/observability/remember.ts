/**
 * Gives the last answer again while it is fresh, in this isolate and for the same key. It remembers answers only, never a
 * pending one: a request cannot wait for the I/O of another.
 */
export function remember<Subject, Answer>(
  freshForMs: number,
  ask: (subject: Subject) => Promise<Answer>,
): (key: object, subject: Subject) => Promise<Answer> {
  const remembered = new WeakMap<object, { atMs: number; answer: Answer }>()
  return async (key, subject) => {
    const known = remembered.get(key)
    if (known && Date.now() - known.atMs < freshForMs) return known.answer
    const answer = await ask(subject)
    remembered.set(key, { atMs: Date.now(), answer })
    return answer
  }
}
