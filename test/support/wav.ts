/** Builds WAV files. */
import { bytesOf, concatenated, noise, uint16le, uint32le } from './bytes.ts'

type Header = {
  riffLength: number
  tag: number
  channels: number
  rate: number
  byteRate: number
  bits: number
  dataLength: number
  between: Uint8Array
  behind: Uint8Array
}

/** A WAV file: one second of noise, unless the arguments differ. */
export function wave(changes: Partial<Header> = {}, data = noise(16_000)): Uint8Array {
  const { tag, channels, rate, byteRate, bits, between, behind, ...lengths } = {
    tag: 1,
    channels: 1,
    rate: 8000,
    byteRate: 16_000,
    bits: 16,
    between: new Uint8Array(),
    behind: new Uint8Array(),
    ...changes,
  }
  const format = concatenated(
    uint16le(tag),
    uint16le(channels),
    uint32le(rate),
    uint32le(byteRate),
    uint16le(channels * (bits / 8)),
    uint16le(bits),
  )
  const inside = concatenated(
    bytesOf('WAVE'),
    chunk('fmt ', format),
    between,
    bytesOf('data'),
    uint32le(lengths.dataLength ?? data.byteLength),
    data,
    behind,
  )
  return concatenated(bytesOf('RIFF'), uint32le(lengths.riffLength ?? inside.byteLength), inside)
}

export function chunk(id: string, payload: Uint8Array, length = payload.byteLength): Uint8Array {
  return concatenated(bytesOf(id), uint32le(length), payload, new Uint8Array(payload.byteLength & 1))
}

/** A LIST/INFO chunk with one text. */
export const info = (id: string, text: Uint8Array, length?: number): Uint8Array =>
  chunk('LIST', concatenated(bytesOf('INFO'), chunk(id, text, length)))
