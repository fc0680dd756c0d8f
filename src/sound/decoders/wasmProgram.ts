/** A running instance of one of the WebAssembly modules in `src/sound/built/`, which `src/local/decoders.ts` writes. */

/** The short names in a module: those of imports to plain ones, and plain ones to those of exports. */
export type WasmNames<Name extends string> = {
  imports: Record<string, string>
  exports: Record<Name, string>
}

/** The numbers of WASI for what does not exist here: files. */
const notSupported = 52
const notSeekable = 70

/** What modules import, by plain name. Everything else is called only when one gives up. */
const imports: Record<string, (...values: number[]) => number> = {
  _emscripten_math_atan: Math.atan,
  _emscripten_math_cos: Math.cos,
  _emscripten_math_exp: Math.exp,
  _emscripten_math_log: Math.log,
  _emscripten_math_pow: Math.pow,
  _emscripten_math_sin: Math.sin,
  _emscripten_resize_heap: () => 0,
  __emscripten_runtime_keepalive_clear: () => 0,
  __setitimer_js: () => 0,
  _fd_close: () => notSupported,
  _fd_read: () => notSupported,
  _fd_write: () => notSupported,
  _fd_seek: () => notSeekable,
}

export class WasmProgram<Name extends string> {
  readonly #exports: WebAssembly.Exports
  readonly #names: Record<Name | 'malloc' | 'free', string>
  /** Its size is fixed, and so views of it stay valid. */
  readonly memory: ArrayBuffer

  constructor(
    module: WebAssembly.Module,
    names: WasmNames<Name | 'malloc' | 'free' | 'memory' | 'initialize'>,
  ) {
    const given = Object.entries(names.imports).map(([short, plain]) => [
      short,
      imports[plain] ??
        (() => {
          throw new WebAssembly.RuntimeError(plain)
        }),
    ])
    this.#exports = new WebAssembly.Instance(module, { a: Object.fromEntries(given) }).exports
    this.#names = names.exports
    const memory = this.#exports[names.exports.memory]
    if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('No memory.')
    this.memory = memory.buffer
    this.#call(names.exports.initialize, [])
  }

  /** Throws whatever the program throws when it breaks: it is not to be used then. */
  call(name: Name, ...values: number[]): number {
    return this.#call(this.#names[name], values)
  }

  #call(short: string, values: number[]): number {
    const called = this.#exports[short]
    if (typeof called !== 'function') throw new TypeError(`No function ${short}.`)
    const result: unknown = called(...values)
    return typeof result === 'number' ? result : 0
  }

  /** The address of new memory. Throws if there is not enough. */
  allocate(bytes: number): number {
    const address = this.#call(this.#names.malloc, [bytes])
    if (!address) throw new RangeError('Out of memory.')
    return address
  }

  free(address: number): void {
    this.#call(this.#names.free, [address])
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory, address, length)
  }

  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.memory, address, length)
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory, address, length)
  }
}
