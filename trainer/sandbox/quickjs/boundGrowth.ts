import type { LinearMemory } from './freshMemory.ts'

const PAGE_BYTES = 65_536

/**
 * Lets a memory grow up to a limit and no further; the allocator inside then finds none, as on a full machine. QuickJS's own limit
 * does not help: its build for WebAssembly counts the number of allocations, not their size.
 * @param most bytes, asked at each growth.
 * @param refused told of each growth that was not allowed.
 */
export function boundGrowth(memory: LinearMemory, most: () => number, refused: () => void): void {
  const grow = memory.grow.bind(memory)
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * PAGE_BYTES <= most()) return grow(pages)
    refused()
    throw new RangeError('the memory may not grow further')
  }
}
