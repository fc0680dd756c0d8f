/** A bucket whose every operation passes through the test. */

export type Operation = {
  /** Such as `get`; operations of a multipart upload have their names too. */
  name: string
  key: unknown
  args: unknown[]
}

/** The bucket itself, with each operation passed through `around`, which may act, wait or fail. */
export function wrapBucket(
  bucket: R2Bucket,
  around: (operation: Operation, act: () => Promise<unknown>) => Promise<unknown>,
): R2Bucket {
  return wrap(bucket, around, undefined)
}

function wrap<Target extends object>(
  target: Target,
  around: Parameters<typeof wrapBucket>[1],
  key: unknown,
): Target {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        const operation = { name: String(name), key: key ?? args[0], args }
        const act = async (): Promise<unknown> => await Reflect.apply(member, target, args)
        const result = await around(operation, act)
        const isUpload = name === 'createMultipartUpload' && typeof result === 'object' && result !== null
        return isUpload ? wrap(result, around, args[0]) : result
      }
    },
  })
}
