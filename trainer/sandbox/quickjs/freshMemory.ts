/** Of a WebAssembly instance; another buffer once it has grown. */
export interface LinearMemory {
  readonly buffer: ArrayBufferLike
  grow(pages: number): number
}

interface Part {
  readonly from: number
  readonly bytes: Uint8Array
}

/**
 * The memory of an interpreter as it was when nothing had run in it. Putting it back makes the interpreter a fresh one, whatever
 * was done to it, at a twentieth of what making one takes.
 *
 * The memory is laid out as data, stack (growing down), heap. Only the stack is left as it is: whoever enters finds nothing of it.
 * Bytes of the heap beyond what was in use are handed out again without having been looked at.
 */
export class FreshMemory {
  readonly #memory: LinearMemory
  /** Data, and the used end of the stack with the heap. */
  readonly #parts: readonly [Part, Part]

  private constructor(memory: LinearMemory, parts: readonly [Part, Part]) {
    this.#memory = memory
    this.#parts = parts
  }

  /** Taken while nothing runs and little of the stack has ever been used: its untouched part is the longest run of zeros below the heap. */
  static take(memory: LinearMemory): FreshMemory {
    const bytes = new Uint8Array(memory.buffer)
    const pages = usedPages(bytes)
    const gap = longestGap(pages)
    const end = (pages.at(-1)! + 1) * PAGE
    const part = (from: number, to: number): Part => ({ from, bytes: bytes.slice(from, to) })
    return new FreshMemory(memory, [part(0, gap.from * PAGE + MARGIN), part(gap.to * PAGE - MARGIN, end)])
  }

  restore(): void {
    const bytes = new Uint8Array(this.#memory.buffer)
    for (const part of this.#parts) bytes.set(part.bytes, part.from)
  }

  /** Where nothing is put back: first and last byte of the stack's middle, and the first behind what was in use. */
  get leftAlone(): { readonly from: number; readonly to: number; readonly end: number } {
    const [low, high] = this.#parts
    return { from: low.from + low.bytes.length, to: high.from, end: high.from + high.bytes.length }
  }
}

const PAGE = 4096
/** Data may end in zeros, and the stack was used a little already. */
const MARGIN = 16 * PAGE

function usedPages(bytes: Uint8Array): number[] {
  const words = new BigUint64Array(bytes.buffer)
  const perPage = PAGE / 8
  return Array.from({ length: bytes.length / PAGE }, (_, page) => page)
    .filter((page) => words.subarray(page * perPage, (page + 1) * perPage).some((word) => word !== 0n))
}

/** Pages without content: first and the one behind the last. */
function longestGap(pages: readonly number[]): { readonly from: number; readonly to: number } {
  const gaps = pages.slice(1).map((page, i) => ({ from: pages[i]! + 1, to: page }))
  const gap = gaps.sort((a, b) => (b.to - b.from) - (a.to - a.from))[0]
  if (!gap || (gap.to - gap.from) * PAGE <= 2 * MARGIN) throw new Error('the interpreter’s memory is not laid out as data, stack, heap')
  return gap
}
