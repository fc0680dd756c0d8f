/** MPEG audio, layers 1 to 3, by mpg123. */
import { readFrameHeader, type FrameHeader } from '../../audio/containers/mpegFrames.ts'
import names from '../built/mpeg.json'
import type { Decoded, OpenDecoder } from './decoder.ts'
import { empty, guard, silence, type Engine } from './guard.ts'
import { WasmProgram } from './wasmProgram.ts'

/** Without a header of the encoder, a frame gives all its samples at once. The track says which ones to drop. */
export const openMpeg: OpenDecoder<'mpeg'> = async ({ channels, sampleRate }) => {
  const { default: module } = await import('../built/mpeg.wasm')
  return guard({
    speakers: channels === 1 ? ['M'] : ['L', 'R'],
    sampleRate,
    open: () => new MpegEngine(module, channels),
    samplesOf: (packet) => frameHeader(packet)?.samples ?? 0,
  })
}

// The largest frame has 1,729 bytes (384 kbit/s of layer 2 at 32 kHz), and the most samples are 1,152.
const maxFrameBytes = 2048
const maxSamples = 1152
/** mpg123 gives two channels, one after the other. */
const resultChannels = 2
/** What reading gives besides samples: it wants the next frame, or the format has changed. */
const needsMore = -10
const newFormat = -11
/** A frame takes one, and one more where the format changes. */
const maxReads = 8

class MpegEngine implements Engine {
  readonly #channels: number
  readonly #program: WasmProgram<keyof typeof names.exports>
  readonly #decoder: number
  readonly #input: Uint8Array
  readonly #output: Float32Array
  readonly #samples: Int32Array
  readonly #rate: Int32Array
  readonly #message: Int32Array
  readonly #mixed = new Float32Array(maxSamples)

  constructor(module: WebAssembly.Module, channels: number) {
    const program = new WasmProgram(module, names)
    const integer = () => program.integers(program.allocate(4), 1)
    this.#channels = channels
    this.#program = program
    this.#input = program.bytes(program.allocate(maxFrameBytes), maxFrameBytes)
    this.#output = program.floats(
      program.allocate(maxSamples * resultChannels * 4),
      maxSamples * resultChannels,
    )
    this.#samples = integer()
    this.#rate = integer()
    this.#message = integer()
    const decoder = integer()
    // 0: it trims nothing, and so keeps to what the track says.
    if (program.call('mpeg_frame_decoder_create', decoder.byteOffset, 0)) throw new Error('Not created.')
    this.#decoder = decoder[0] ?? 0
  }

  decode(packet: Uint8Array): Decoded {
    const header = frameHeader(packet)
    if (!header) return { ...empty(this.#channels), isDamaged: true }
    // Exactly one frame: zeros in place of what is missing, and nothing behind it that would hide the next frame.
    this.#input.fill(0, 0, header.length)
    this.#input.set(packet.subarray(0, header.length))
    this.#program.call('mpeg_decoder_feed', this.#decoder, this.#input.byteOffset, header.length)
    const samples = this.#read()
    if (samples !== header.samples) return silence(this.#channels, header.samples)
    return { channels: this.#result(header, samples), samples, isDamaged: packet.byteLength < header.length }
  }

  /** Samples of the frame that was fed. */
  #read(): number {
    let samples = 0
    for (let reads = 0; reads < maxReads; reads++) {
      this.#samples[0] = 0
      const status = this.#program.call(
        'mpeg_decoder_read',
        this.#decoder,
        this.#output.byteOffset,
        this.#output.length,
        this.#samples.byteOffset,
        this.#rate.byteOffset,
        this.#message.byteOffset,
      )
      samples += this.#samples[0]
      if (status === needsMore) return samples
      if (status !== 0 && status !== newFormat) throw new Error(`mpg123 gave ${status}.`)
    }
    throw new Error('mpg123 does not end.')
  }

  /** A mono frame is in both channels. Frames of a track may differ in their channels. */
  #result(header: FrameHeader, samples: number): Float32Array[] {
    const left = this.#output.subarray(0, samples)
    const right = this.#output.subarray(samples, samples * resultChannels)
    if (this.#channels === 2) return [left, right]
    if (header.channels === 1) return [left]
    for (let at = 0; at < samples; at++) this.#mixed[at] = ((left[at] ?? 0) + (right[at] ?? 0)) / 2
    return [this.#mixed]
  }

  flush(): Decoded {
    return empty(this.#channels)
  }
}

/** Undefined for what is no frame of MPEG audio. */
function frameHeader(packet: Uint8Array): FrameHeader | undefined {
  const header = readFrameHeader(packet, 0)
  return header?.contentType === 'audio/mpeg' ? header : undefined
}
