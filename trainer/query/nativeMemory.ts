import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: ((options: { readonly type: 'minor' }) => void) | undefined

/**
 * Frees the data of DuckDB's pieces that are no longer used. A piece is a few small objects to the garbage collector, which
 * therefore lets them lie, and hundreds of kilobytes outside its heap.
 */
export function freePieces(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as typeof collect
  }
  collect?.({ type: 'minor' })
}
