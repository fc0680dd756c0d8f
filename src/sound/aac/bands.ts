/** Where the scale factor bands of each sample rate begin (ISO/IEC 14496-3 §4.5.4), and how many bands TNS reaches. Pure. */

// prettier-ignore
const longOffsets = {
  96: [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 64, 72, 80, 88, 96, 108, 120, 132, 144, 156, 172, 188,
    212, 240, 276, 320, 384, 448, 512, 576, 640, 704, 768, 832, 896, 960, 1024],
  64: [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 64, 72, 80, 88, 100, 112, 124, 140, 156, 172, 192, 216,
    240, 268, 304, 344, 384, 424, 464, 504, 544, 584, 624, 664, 704, 744, 784, 824, 864, 904, 944, 984, 1024],
  48: [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 48, 56, 64, 72, 80, 88, 96, 108, 120, 132, 144, 160, 176, 196, 216, 240,
    264, 292, 320, 352, 384, 416, 448, 480, 512, 544, 576, 608, 640, 672, 704, 736, 768, 800, 832, 864, 896, 928, 1024],
  32: [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 48, 56, 64, 72, 80, 88, 96, 108, 120, 132, 144, 160, 176, 196, 216, 240,
    264, 292, 320, 352, 384, 416, 448, 480, 512, 544, 576, 608, 640, 672, 704, 736, 768, 800, 832, 864, 896, 928, 960,
    992, 1024],
  24: [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 52, 60, 68, 76, 84, 92, 100, 108, 116, 124, 136, 148, 160, 172, 188,
    204, 220, 240, 260, 284, 308, 336, 364, 396, 432, 468, 508, 552, 600, 652, 704, 768, 832, 896, 960, 1024],
  16: [0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 100, 112, 124, 136, 148, 160, 172, 184, 196, 212, 228, 244, 260,
    280, 300, 320, 344, 368, 396, 424, 456, 492, 532, 572, 616, 664, 716, 772, 832, 896, 960, 1024],
  8: [0, 12, 24, 36, 48, 60, 72, 84, 96, 108, 120, 132, 144, 156, 172, 188, 204, 220, 236, 252, 268, 288, 308, 328, 348,
    372, 396, 420, 448, 476, 508, 544, 580, 620, 664, 712, 764, 820, 880, 944, 1024],
}

const shortOffsets = {
  96: [0, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 92, 128],
  48: [0, 4, 8, 12, 16, 20, 28, 36, 44, 56, 68, 80, 96, 112, 128],
  24: [0, 4, 8, 12, 16, 20, 24, 28, 36, 44, 52, 64, 76, 92, 108, 128],
  16: [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 60, 72, 88, 108, 128],
  8: [0, 4, 8, 12, 16, 20, 24, 28, 36, 44, 52, 60, 72, 88, 108, 128],
}

type RateTables = {
  long: keyof typeof longOffsets
  short: keyof typeof shortOffsets
  /** How many bands TNS reaches in long and in short windows (§4.6.9.3). */
  tns: [number, number]
  /** How many bands of long windows AAC Main can predict (§4.6.7). */
  predicted: number
}

/** By the index of the sample rate. */
const byRateIndex: RateTables[] = [
  { long: 96, short: 96, tns: [31, 9], predicted: 33 },
  { long: 96, short: 96, tns: [31, 9], predicted: 33 },
  { long: 64, short: 96, tns: [34, 10], predicted: 38 },
  { long: 48, short: 48, tns: [40, 14], predicted: 40 },
  { long: 48, short: 48, tns: [42, 14], predicted: 40 },
  { long: 32, short: 48, tns: [51, 14], predicted: 40 },
  { long: 24, short: 24, tns: [46, 14], predicted: 41 },
  { long: 24, short: 24, tns: [46, 14], predicted: 41 },
  { long: 16, short: 16, tns: [42, 14], predicted: 37 },
  { long: 16, short: 16, tns: [42, 14], predicted: 37 },
  { long: 16, short: 16, tns: [42, 14], predicted: 37 },
  { long: 8, short: 8, tns: [39, 14], predicted: 34 },
  { long: 8, short: 8, tns: [39, 14], predicted: 34 },
]

/** The bands of one kind of window. */
export type Bands = {
  /** One more than there are bands: the last one is where the last band ends. */
  offsets: Uint16Array
  count: number
  tnsCount: number
}

function bandsOf(offsets: number[], lines: number, tnsCount: number): Bands {
  // Windows of 960 and 120 lines have the same bands, as far as they reach.
  const within = [...offsets.filter((offset) => offset < lines), lines]
  return { offsets: Uint16Array.from(within), count: within.length - 1, tnsCount }
}

export type FrameBands = {
  long: Bands
  short: Bands
  /** How many bands of long windows can be predicted. */
  predicted: number
}

/** For frames of 1024 or 960 samples. */
export function bandsAt(rateIndex: number, frameSamples: number, isMain: boolean): FrameBands | undefined {
  const tables = byRateIndex[rateIndex]
  return (
    tables && {
      long: bandsOf(longOffsets[tables.long], frameSamples, tables.tns[0]),
      short: bandsOf(shortOffsets[tables.short], frameSamples / 8, tables.tns[1]),
      predicted: isMain ? tables.predicted : 0,
    }
  )
}
