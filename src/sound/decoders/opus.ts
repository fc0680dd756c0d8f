/** Opus, by libopus. */
import { opusPacketSamples } from '../../audio/containers/packets.ts'
import names from '../built/opus.json'
import { Undecodable, type Decoded, type OpenDecoder } from './decoder.ts'
import { empty, guard, silence, type Engine } from './guard.ts'
import { noSpeakers, xiphSpeakers } from './xiphSpeakers.ts'
import { WasmProgram } from './wasmProgram.ts'

/** The rate of the result, whatever the rate of the original was. */
const sampleRate = 48_000

/** The pre-skip is part of the track's `skipSamples`, and nothing is dropped here. */
export const openOpus: OpenDecoder<'opus'> = async ({ coding }) => {
  const { default: module } = await import('../built/opus.wasm')
  const head = readHead(coding.head)
  return guard({
    speakers: head.family === 255 ? noSpeakers(head.channels) : xiphSpeakers(head.channels),
    sampleRate,
    open: () => new OpusEngine(module, head),
    samplesOf: opusPacketSamples,
  })
}

type OpusHead = {
  channels: number
  /** What samples are multiplied by. */
  gain: number
  family: number
  streams: number
  coupled: number
  /** For each channel the one of the streams that it is, or 255 for silence. */
  mapping: Uint8Array
}

const unmapped = 255

/** The identification header (RFC 7845 §5.1). */
export function readHead(bytes: Uint8Array): OpusHead {
  if (bytes.byteLength < 19) throw new Undecodable('damaged', 'The header of Opus is cut.')
  const channels = bytes[9] ?? 0
  // Q7.8 in dB.
  const gain = 10 ** (new DataView(bytes.buffer, bytes.byteOffset).getInt16(16, true) / 256 / 20)
  const family = bytes[18] ?? 0
  if (family === 0 && (channels === 1 || channels === 2)) {
    return { channels, gain, family, streams: 1, coupled: channels - 1, mapping: Uint8Array.of(0, 1) }
  }
  if (family !== 1 && family !== 255 && family !== 0) {
    throw new Undecodable('unsupported', `Channel mapping family ${family} of Opus.`)
  }
  const [streams = 0, coupled = 0, ...mapping] = bytes.subarray(19, 21 + channels)
  const isMapped = mapping.every((from) => from === unmapped || from < streams + coupled)
  const isKnown = family === 255 || (family === 1 && channels <= 8)
  if (!isKnown || !isMapped || !channels || mapping.length < channels || !streams || coupled > streams) {
    throw new Undecodable('damaged', 'The channels of Opus are mapped wrongly.')
  }
  return { channels, gain, family, streams, coupled, mapping: Uint8Array.from(mapping) }
}

/** A packet lasts 120 ms at most. */
const maxSamples = 5760
/** 48 frames of 1,275 bytes in 120 ms, and their lengths (RFC 6716 §3.2). */
const maxStreamBytes = 61_440 + 128
/** Of all streams: 100 Mbit/s. */
const maxPacketBytes = 1_500_000

class OpusEngine implements Engine {
  readonly #head: OpusHead
  readonly #program: WasmProgram<keyof typeof names.exports>
  readonly #decoder: number
  readonly #input: Uint8Array
  readonly #output: Float32Array

  constructor(module: WebAssembly.Module, head: OpusHead) {
    const program = new WasmProgram(module, names)
    const { channels, streams, coupled } = head
    this.#head = head
    this.#program = program
    const maxBytes = Math.min(streams * maxStreamBytes, maxPacketBytes)
    this.#input = program.bytes(program.allocate(maxBytes), maxBytes)
    const values = channels * maxSamples
    this.#output = program.floats(program.allocate(values * 4), values)
    const mapping = program.bytes(program.allocate(channels), channels)
    mapping.set(head.mapping.subarray(0, channels))
    const create = [sampleRate, channels, streams, coupled, mapping.byteOffset]
    // 0 samples to drop, and 0: not mixed down to stereo.
    this.#decoder = program.call('opus_frame_decoder_create', ...create, 0, 0)
  }

  decode(packet: Uint8Array): Decoded {
    const { channels, gain } = this.#head
    // libopus would take an empty one for a loss, and conceal it.
    if (!packet.byteLength || packet.byteLength > this.#input.byteLength) {
      return { ...empty(channels), isDamaged: true }
    }
    this.#input.set(packet)
    const samples = this.#program.call(
      'opus_frame_decode_float_deinterleaved',
      this.#decoder,
      this.#input.byteOffset,
      packet.byteLength,
      this.#output.byteOffset,
    )
    if (samples < 0) return silence(channels, opusPacketSamples(packet))
    if (gain !== 1) {
      for (let at = 0; at < samples * channels; at++) this.#output[at] = (this.#output[at] ?? 0) * gain
    }
    const result = this.#head.mapping.subarray(0, channels)
    return {
      channels: Array.from(result, (_, channel) =>
        this.#output.subarray(channel * samples, (channel + 1) * samples),
      ),
      samples,
      isDamaged: false,
    }
  }

  flush(): Decoded {
    return empty(this.#head.channels)
  }
}
