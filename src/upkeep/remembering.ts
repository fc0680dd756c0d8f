/**
 * Answers what `ask` has answered within the last `freshForMs`, in this isolate and for the same subject. What is
 * remembered is the answer, never the question on its way: a request cannot wait for what another one has begun.
 */
export function remembering<Subject extends object, Answer>(
  freshForMs: number,
  ask: (subject: Subject) => Promise<Answer>,
): (subject: Subject) => Promise<Answer> {
  const remembered = new WeakMap<Subject, { atMs: number; answer: Answer }>()
  return async (subject) => {
    const known = remembered.get(subject)
    if (known && Date.now() - known.atMs < freshForMs) return known.answer
    const answer = await ask(subject)
    remembered.set(subject, { atMs: Date.now(), answer })
    return answer
  }
}
