import { VectorLoop, add, div, load, mul, sqrt, store, sub } from './simdModule.ts'

/** The numbers of one AdamW step, worked out in double precision. */
export interface AdamWStep {
  readonly gradientScale: number
  readonly beta1: number
  readonly beta2: number
  /** 1 − learning rate · weight decay */
  readonly keep: number
  /** learning rate / (1 − β₁ᵗ) */
  readonly rate: number
  /** 1 / (1 − β₂ᵗ) */
  readonly secondCorrection: number
  readonly epsilon: number
}

/** Vectors of one length; all but the gradient are changed in place. */
export interface AdamWVectors {
  readonly parameters: Float32Array
  readonly firstMoment: Float32Array
  readonly secondMoment: Float32Array
  readonly gradient: Float32Array
}

export interface Squares {
  /** Σ (new − old)² */
  readonly update: number
  /** Σ new² */
  readonly parameter: number
}

/** Floats per chunk: four vectors of them stay in a core's cache, and a sum over a chunk in single precision stays exact to 1e-6. */
const CHUNK = 4096
const LANES = 4
const VECTOR_BYTES = 16
const CONSTANTS = 9
const SUMS_AT = CONSTANTS * VECTOR_BYTES
const chunkAt = (i: number): number => 256 + i * CHUNK * Float32Array.BYTES_PER_ELEMENT
const [PARAMETERS, FIRST, SECOND, GRADIENT] = [chunkAt(0), chunkAt(1), chunkAt(2), chunkAt(3)]

function kernelModule(): Uint8Array {
  const loop = new VectorLoop()
  const [scale, beta1, rest1, beta2, rest2, keep, rate, correction, epsilon] = Array.from({ length: CONSTANTS }, (_, i) => loop.constant(i * VECTOR_BYTES))
  const g = loop.value(mul(load(GRADIENT), scale!))
  const m = loop.value(add(mul(beta1!, load(FIRST)), mul(rest1!, g)))
  const v = loop.value(add(mul(beta2!, load(SECOND)), mul(rest2!, mul(g, g))))
  const old = loop.value(load(PARAMETERS))
  const step = div(mul(rate!, m), add(sqrt(mul(v, correction!)), epsilon!))
  const next = loop.value(sub(mul(old, keep!), step))
  loop.statement(store(FIRST, m))
  loop.statement(store(SECOND, v))
  loop.statement(store(PARAMETERS, next))
  const change = loop.value(sub(next, old))
  loop.sum(SUMS_AT, mul(change, change))
  loop.sum(SUMS_AT + VECTOR_BYTES, mul(next, next))
  return loop.module(chunkAt(4))
}

interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  run(bytes: number): void
}

/** What is used of WebAssembly here; Node has it, but its type package leaves it to the DOM's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: KernelExports }
}

/** AdamW over vectors of any length, in chunks that are copied into the kernel's memory and back. */
export class AdamWKernel {
  private readonly memory: Float32Array
  private readonly run: (bytes: number) => void

  constructor() {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(kernelModule()))
    this.memory = new Float32Array(exports.memory.buffer)
    this.run = exports.run
  }

  private floats(byteOffset: number, count: number): Float32Array {
    const start = byteOffset / Float32Array.BYTES_PER_ELEMENT
    return this.memory.subarray(start, start + count)
  }

  step(vectors: AdamWVectors, s: AdamWStep): Squares {
    const constants = [s.gradientScale, s.beta1, 1 - s.beta1, s.beta2, 1 - s.beta2, s.keep, s.rate, s.secondCorrection, s.epsilon]
    constants.forEach((value, i) => this.floats(i * VECTOR_BYTES, LANES).fill(value))
    const sums = this.floats(SUMS_AT, 2 * LANES)
    let update = 0
    let parameter = 0
    for (let start = 0; start < vectors.parameters.length; start += CHUNK) {
      this.chunk(vectors, start, Math.min(start + CHUNK, vectors.parameters.length))
      for (let lane = 0; lane < LANES; lane++) {
        update += sums[lane]!
        parameter += sums[LANES + lane]!
      }
    }
    return { update, parameter }
  }

  private chunk({ parameters, firstMoment, secondMoment, gradient }: AdamWVectors, start: number, end: number): void {
    const places: readonly (readonly [Float32Array, number])[] = [[parameters, PARAMETERS], [firstMoment, FIRST], [secondMoment, SECOND]]
    const count = end - start
    for (const [vector, place] of [...places, [gradient, GRADIENT] as const]) this.floats(place, count).set(vector.subarray(start, end))
    const whole = Math.ceil(count / LANES) * LANES
    for (const place of [PARAMETERS, FIRST, SECOND, GRADIENT]) this.floats(place, whole).fill(0, count)
    this.run(whole * Float32Array.BYTES_PER_ELEMENT)
    for (const [vector, place] of places) vector.set(this.floats(place, count), start)
  }
}
