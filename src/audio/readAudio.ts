/**
 * The audio as R2 has it, as a plain response: whole, one range, or HEAD, with every header that describes it.
 * This is what the Cached entrypoint answers, and what a cache in front of it may hold.
 */
import { Problem } from '../http/problem.ts'
import { briefTimeoutMs, readRetried, storageAway } from '../http/storageAway.ts'
import { describeAudio } from './describeAudio.ts'
import { readLabel, type Label } from './label.ts'
import { audioKey } from './objectKeys.ts'
import { contentRange, satisfy, unsatisfiedRange, type RangeSpec } from './range.ts'

/** Whether private audio may be heard, by its label. */
export type MayHear = (label: Label) => boolean

/** What is asked of the store: no conditions, at most one range. */
export type AudioQuestion = { clipId: string; method: 'GET' | 'HEAD'; range: RangeSpec | undefined }

/**
 * Answers 200, 206 or 416. One R2 operation, or two for an unsatisfiable range, whose answer has to tell the
 * size. Throws `clip-not-found`, also for private audio that they may not hear, after as many; 503 when R2 is away.
 */
export async function readAudio(
  bucket: R2Bucket,
  { clipId, method, range }: AudioQuestion,
  mayHear: MayHear,
): Promise<Response> {
  const key = audioKey(clipId)
  if (method === 'HEAD') return describeWhole(clipId, await headObject(bucket, key, mayHear))
  const object = await getObject(bucket, key, range, mayHear)
  if ('beyond' in object) return describeNone(clipId, object.beyond)
  const { body, size } = object
  const headers = describeAudio(clipId, object)
  const part = range && satisfy(range, size)
  if (!part) return new Response(body, { headers: { ...headers, 'Content-Length': String(size) } })
  return new Response(body, {
    status: 206,
    headers: { ...headers, 'Content-Length': String(part.length), 'Content-Range': contentRange(part, size) },
  })
}

function describeWhole(clipId: string, head: R2Object): Response {
  return new Response(null, {
    headers: { ...describeAudio(clipId, head), 'Content-Length': String(head.size) },
  })
}

/** A 416 of a range that covers nothing. */
function describeNone(clipId: string, head: R2Object): Response {
  const headers = { ...describeAudio(clipId, head), 'Content-Range': unsatisfiedRange(head.size) }
  return new Response(null, { status: 416, headers })
}

async function headObject(bucket: R2Bucket, key: string, mayHear: MayHear): Promise<R2Object> {
  return refuseHidden(await readRetried(async () => await bucket.head(key)), mayHear)
}

function refuseHidden(head: R2Object | null, mayHear: MayHear): R2Object {
  if (!head || isHidden(head, mayHear)) throw new Problem('clip-not-found')
  return head
}

/** Private audio is no audio to those who may not know of it. */
function isHidden(object: R2Object, mayHear: MayHear): boolean {
  const label = readLabel(object)
  return label.visibility === 'private' && !mayHear(label)
}

/** The object if they may hear it; where not, its body is let go of. */
async function audible(object: R2ObjectBody | null, mayHear: MayHear): Promise<R2ObjectBody | undefined> {
  if (!object || !isHidden(object, mayHear)) return object ?? undefined
  await object.body.cancel()
  return undefined
}

/** An object, or one that the range lies beyond. */
type Got = R2ObjectBody | { beyond: R2Object }

/**
 * R2 fails on a range beyond the object, with one error or another: so a failure is looked into before a retry. What
 * is not there and what is hidden are looked into as well: a stranger who names a range that no clip has is not
 * to learn from the time it takes which of them it is.
 */
async function getObject(
  bucket: R2Bucket,
  key: string,
  range: RangeSpec | undefined,
  mayHear: MayHear,
): Promise<Got> {
  const read = async () => await bucket.get(key, range && { range: r2Range(range) })
  const first = await audible(range ? await getOnce(read, range) : await readRetried(read), mayHear)
  if (first) return first
  if (!range) throw new Problem('clip-not-found')
  const head = refuseHidden(await readRetried(async () => await bucket.head(key)), mayHear)
  if (!satisfy(range, head.size)) return { beyond: head }
  const second = await audible(await readRetried(read), mayHear)
  if (!second) throw new Problem('clip-not-found')
  return second
}

/** Null where there is no object, and where there is no telling. */
async function getOnce(
  read: () => Promise<R2ObjectBody | null>,
  range: RangeSpec,
): Promise<R2ObjectBody | null> {
  // R2 takes no suffix of nothing, which is unsatisfiable whatever the size.
  if ('suffix' in range && range.suffix === 0) return null
  return await storageAway(read(), briefTimeoutMs).catch(() => null)
}

function r2Range(range: RangeSpec): R2Range {
  if ('suffix' in range) return range
  if (range.last === undefined) return { offset: range.first }
  return { offset: range.first, length: range.last - range.first + 1 }
}
