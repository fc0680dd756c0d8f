/** Random numbers that follow from their seeds, and samplers of skewed choices. */

/** The next number in [0, 1). */
export type Random = () => number

/** sfc32, with a state of 128 bits: a million streams do not meet. */
export function createRandom(a: number, b = 0, c = 0): Random {
  let [x, y, z, counter] = [a | 0, b | 0, c | 0, 1]
  const next = () => {
    const sum = (((x + y) | 0) + counter) | 0
    counter = (counter + 1) | 0
    x = y ^ (y >>> 9)
    y = (z + (z << 3)) | 0
    z = (z << 21) | (z >>> 11)
    z = (z + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 12; round += 1) next()
  return next
}

export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit)
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[below(random, items.length)]
  if (item === undefined) throw new Error('there is nothing to pick from')
  return item
}

/** A choice among indexes, each as likely as its weight says. */
export type Sampler = (random: Random) => number

export function createSampler(weights: Iterable<number>): Sampler {
  let total = 0
  const sums = Float64Array.from(weights, (weight) => (total += weight))
  return (random) => {
    const wanted = random() * total
    let low = 0
    let high = sums.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? total) > wanted) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Index r is as likely as 1 / (r + 1). */
export function createZipfSampler(count: number): Sampler {
  return createSampler(Array.from({ length: count }, (_, rank) => 1 / (rank + 1)))
}

/** A number of the normal distribution, by Box and Muller. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
