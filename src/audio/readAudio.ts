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
 * size. Throws `clip-not-found`, also for private audio that they may not hear; 503 when R2 is away.
 */
export async function readAudio(
  bucket: R2Bucket,
  { clipId, method, range }: AudioQuestion,
  mayHear: MayHear,
): Promise<Response> {
  const key = audioKey(clipId)
  if (method === 'HEAD') return describeWhole(clipId, await headObject(bucket, key, mayHear))
  const object = await getObject(bucket, key, range)
  if (object && 'beyond' in object) return describeNone(clipId, refuseHidden(object.beyond, mayHear))
  if (!object) throw new Problem('clip-not-found')
  if (isHidden(object, mayHear)) {
    await object.body.cancel()
    throw new Problem('clip-not-found')
  }
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

/** An object, none, or one that the range lies beyond. */
type Got = R2ObjectBody | null | { beyond: R2Object }

/** R2 fails on a range beyond the object, with one error or another: so a failure is looked into before a retry. */
async function getObject(bucket: R2Bucket, key: string, range: RangeSpec | undefined): Promise<Got> {
  const read = async () => await bucket.get(key, range && { range: r2Range(range) })
  if (!range) return await readRetried(read)
  try {
    // R2 takes no suffix of nothing, which is unsatisfiable whatever the size.
    if (!('suffix' in range && range.suffix === 0)) return await storageAway(read(), briefTimeoutMs)
  } catch {
    // looked into below
  }
  const head = await readRetried(async () => await bucket.head(key))
  if (!head) return null
  return satisfy(range, head.size) ? await readRetried(read) : { beyond: head }
}

function r2Range(range: RangeSpec): R2Range {
  if ('suffix' in range) return range
  if (range.last === undefined) return { offset: range.first }
  return { offset: range.first, length: range.last - range.first + 1 }
}
