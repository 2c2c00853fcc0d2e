const BLOCKS = '▁▂▃▄▅▆▇█'
const WIDTH = 8

/**
 * Values as a line of block characters between their least and greatest; all equal = a line in the middle. At most `width`
 * blocks: neighbours are averaged.
 */
export function sparkLine(values: readonly number[], width = WIDTH): string {
  const means = averaged(values.filter(Number.isFinite), width)
  if (means.length < 2) return ''
  const low = Math.min(...means)
  const range = Math.max(...means) - low
  return means.map((value) => BLOCKS[range === 0 ? 3 : Math.round(((value - low) / range) * (BLOCKS.length - 1))]).join('')
}

function averaged(values: readonly number[], width: number): number[] {
  const count = Math.min(width, values.length)
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count))
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
}
