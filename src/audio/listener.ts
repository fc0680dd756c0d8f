/** Who listens: the holder of a key, the holder of a signed link, or anyone. The audio and its waveform ask the same. */
import { z } from '@hono/zod-openapi'
import { anonymous, mayRead, type Caller } from '../access/permissions.ts'
import { streamPath, verifyLink } from '../access/signedLinks.ts'
import { Problem } from '../http/problem.ts'
import type { Settings } from '../http/settings.ts'
import type { MayHear } from './readAudio.ts'

/** Players and chat clients append parameters of their own, and some repeat them: the first value counts. */
export const firstValue = (description: string) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((sent) => [sent].flat()[0])
    .optional()
    .openapi({ type: 'string', description })

/** The parameters of a signed link. */
export const LinkQuery = z.object({
  expires: firstValue('Of a signed link: the time until which it is valid.'),
  signature: firstValue('Of a signed link.'),
})

export type Listener = {
  /** The private audio that they may hear; undefined for those who hear what everyone hears. */
  mayHear: MayHear | undefined
  /** Throws the error again, or why they do not hear what exists. */
  explainRefusal: (error: unknown) => never
}

/** A link to the stream of a clip is a link to its waveform too. */
export async function identifyListener(
  clipId: string,
  signed: z.output<typeof LinkQuery>,
  { settings, caller }: { settings: Settings; caller: Caller },
): Promise<Listener> {
  const { signingKey, previousSigningKey } = settings
  const keys = previousSigningKey === undefined ? [signingKey] : [signingKey, previousSigningKey]
  const link = await verifyLink(streamPath(clipId), signed, keys, Date.now() / 1000)
  return {
    mayHear: link === 'valid' ? () => 'yes' : hears(caller),
    explainRefusal: (error) => {
      // The holder of a link that we signed knows of the clip, and may learn that the link has expired.
      const isExpired = link === 'expired' && error instanceof Problem && error.problem === 'clip-not-found'
      throw isExpired ? new Problem('link-expired', { detail: 'Its owner can create a new one.' }) : error
    },
  }
}

/** The private audio that a key's holder may hear; undefined without a key. */
function hears(caller: Caller): MayHear | undefined {
  return caller === anonymous ? undefined : (metadata) => mayRead(caller, metadata)
}
