/** Vorbis, by libvorbis. */
import names from '../built/vorbis.json'
import { Undecodable, type Decoded, type OpenDecoder } from './decoder.ts'
import { empty, guard, type Engine } from './guard.ts'
import { WasmProgram } from './wasmProgram.ts'
import { xiphSpeakers } from './xiphSpeakers.ts'

type Headers = { identification: Uint8Array; setup: Uint8Array; channels: number }

export const openVorbis: OpenDecoder<'vorbis'> = async ({ coding, channels, sampleRate }) => {
  const { default: module } = await import('../built/vorbis.wasm')
  const { identification, setup } = coding
  return guard({
    speakers: xiphSpeakers(channels),
    sampleRate,
    open: () => new VorbisEngine(module, { identification, setup, channels }),
    // Its sizes are known only with the setup.
    samplesOf: () => 0,
  })
}

/** A packet of 255 channels, and a setup with large codebooks, have less. */
const maxPacketBytes = 512 * 1024
/** Pairs of texts; each call adds three at most, and we count only whether there are any. */
const maxErrors = 16

class VorbisEngine implements Engine {
  readonly #channels: number
  readonly #program: WasmProgram<keyof typeof names.exports>
  readonly #decoder: number
  readonly #input: Uint8Array
  readonly #inputBytes: Int32Array
  /** The address of the addresses of the channels. */
  readonly #output: Int32Array
  readonly #samples: Int32Array
  readonly #errorCount: Int32Array

  constructor(module: WebAssembly.Module, { identification, setup, channels }: Headers) {
    const program = new WasmProgram(module, names)
    const integers = (length = 1) => program.integers(program.allocate(length * 4), length)
    this.#channels = channels
    this.#program = program
    this.#input = program.bytes(program.allocate(maxPacketBytes), maxPacketBytes)
    this.#inputBytes = integers()
    this.#output = integers()
    this.#samples = integers()
    this.#errorCount = integers()
    const given = [integers(), integers()]
    const addresses = [
      this.#input,
      this.#inputBytes,
      this.#output,
      ...given,
      this.#samples,
      integers(maxErrors),
    ]
    this.#decoder = program.call(
      'create_decoder',
      ...[...addresses, this.#errorCount].map((array) => array.byteOffset),
      maxErrors,
    )
    // The program itself makes the second header, the comments.
    this.#setUp([identification, setup])
    if (given[0]?.[0] !== channels)
      throw new Undecodable('damaged', 'Vorbis has other channels than its track.')
  }

  #setUp(headers: Uint8Array[]): void {
    for (const [index, header] of headers.entries()) {
      if (header.byteLength > maxPacketBytes) throw new Undecodable('unsupported', 'A large setup of Vorbis.')
      this.#give(header)
      this.#program.call('send_setup', this.#decoder, index === 0 ? 1 : 0)
      if (this.#hasErrors()) throw new Undecodable('damaged', 'A header of Vorbis is damaged.')
    }
    this.#program.call('init_dsp', this.#decoder)
    if (this.#hasErrors()) throw new Undecodable('damaged', 'The setup of Vorbis is damaged.')
  }

  #give(packet: Uint8Array): void {
    this.#input.set(packet)
    this.#inputBytes[0] = packet.byteLength
  }

  #hasErrors(): boolean {
    const has = this.#errorCount[0] !== 0
    this.#errorCount[0] = 0
    return has
  }

  decode(packet: Uint8Array): Decoded {
    if (!packet.byteLength || packet.byteLength > maxPacketBytes) {
      return { ...empty(this.#channels), isDamaged: true }
    }
    this.#give(packet)
    this.#program.call('decode_packets', this.#decoder)
    const isDamaged = this.#hasErrors()
    const samples = this.#samples[0] ?? 0
    const addresses = this.#program.integers(this.#output[0] ?? 0, samples && this.#channels)
    if (!samples) return { ...empty(this.#channels), isDamaged }
    const channels = Array.from(addresses, (address) => this.#program.floats(address, samples))
    return { channels, samples, isDamaged }
  }

  flush(): Decoded {
    return empty(this.#channels)
  }
}
