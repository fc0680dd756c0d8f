/** Reads back a problem that was rendered. Apart from `problem.ts`, because the module of the decoders has that, and no zod. */
import { z } from 'zod'
import { Problem, problemNames, problemType } from './problem.ts'

const Rendered = z.object({ type: z.string(), detail: z.string().optional() })

/** The problem that a response of the Cached entrypoint shows. Its cause is in the log already. */
export async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text()
  const shown = Rendered.safeParse(parseJson(text)).data
  const name = problemNames.find((one) => problemType(one) === shown?.type)
  const cause = `the Cached entrypoint answered ${response.status}`
  return new Problem(name ?? 'internal-error', { detail: shown?.detail, cause })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
