/**
 * Writes one-function WebAssembly modules that work on vectors of four 32-bit floats: what JavaScript engines do not do by
 * themselves, and what makes an element-wise update cost as little as its memory traffic. Code is written as expressions;
 * opcodes are those of https://webassembly.github.io/spec/core/binary/instructions.html.
 */

/** Instructions that leave one value (or, as a statement, none) on the stack. */
export type Code = readonly number[]

const I32 = 0x7f
const V128 = 0x7b
const FUNCTION = 0x60
const NO_RESULT = 0x40
const PAGE_BYTES = 65536

function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0))
    rest >>>= 7
  } while (rest > 0)
  return bytes
}

const simd = (opcode: number, ...operands: Code[]): Code => [...operands.flat(), 0xfd, ...unsigned(opcode)]
export const add = (a: Code, b: Code): Code => simd(0xe4, a, b)
export const sub = (a: Code, b: Code): Code => simd(0xe5, a, b)
export const mul = (a: Code, b: Code): Code => simd(0xe6, a, b)
export const div = (a: Code, b: Code): Code => simd(0xe7, a, b)
export const sqrt = (a: Code): Code => simd(0xe3, a)

/** The four floats at (the loop's position +) `offset` bytes, a multiple of 16. */
const loadAt = (address: Code, offset: number): Code => [...simd(0x00, address), 4, ...unsigned(offset)]
const storeAt = (address: Code, offset: number, value: Code): Code => [...simd(0x0b, address, value), 4, ...unsigned(offset)]

/** Parameter 0 is the number of bytes to go through, local 1 the position in them. */
const END = 0
const POSITION = 1
const FIRST_VECTOR = 2
const getLocal = (index: number): Code => [0x20, ...unsigned(index)]
const ZERO: Code = [0x41, 0]

export const load = (offset: number): Code => loadAt(getLocal(POSITION), offset)
export const store = (offset: number, value: Code): Code => storeAt(getLocal(POSITION), offset, value)

/** A function body in the making: vectors kept before, in and after one loop over the elements. */
export class VectorLoop {
  private vectors = 0
  private readonly before: number[] = []
  private readonly body: number[] = []
  private readonly after: number[] = []

  private set(where: number[], value: Code): Code {
    const local = FIRST_VECTOR + this.vectors++
    where.push(...value, 0x21, ...unsigned(local))
    return getLocal(local)
  }

  /** Four floats at a fixed place, read once. */
  constant(offset: number): Code {
    return this.set(this.before, loadAt(ZERO, offset))
  }

  /** A value computed for each four elements. */
  value(value: Code): Code {
    return this.set(this.body, value)
  }

  statement(code: Code): void {
    this.body.push(...code)
  }

  /** Sums `value` over the loop, four sums side by side, and leaves them at `offset`. */
  sum(offset: number, value: Code): void {
    const local = FIRST_VECTOR + this.vectors++
    this.body.push(...add(getLocal(local), value), 0x21, ...unsigned(local))
    this.after.push(...storeAt(ZERO, offset, getLocal(local)))
  }

  /** The module: exports `memory` (whole pages, at least `bytes`) and `run(count of bytes)`. */
  module(bytes: number): Uint8Array {
    const next = [...getLocal(POSITION), 0x41, 16, 0x6a, 0x22, POSITION, ...getLocal(END), 0x49, 0x0d, 0]
    const code = [...this.before, 0x03, NO_RESULT, ...this.body, ...next, 0x0b, ...this.after, 0x0b]
    const locals = [2, 1, I32, ...unsigned(this.vectors), V128]
    const body = [...locals, ...code]
    const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)]
    const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content]
    return Uint8Array.from([
      0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
      ...section(1, [1, FUNCTION, 1, I32, 0]),
      ...section(3, [1, 0]),
      ...section(5, [1, 0, ...unsigned(Math.ceil(bytes / PAGE_BYTES))]),
      ...section(7, [2, ...name('memory'), 2, 0, ...name('run'), 0, 0]),
      ...section(10, [1, ...unsigned(body.length), ...body])
    ])
  }
}
