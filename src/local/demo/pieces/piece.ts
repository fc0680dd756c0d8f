import type { Signal } from '../sound/signal.ts'

export type Piece = { file: string; sampleRateHz: number; channels: () => Signal[] }
