/**
 * Conversions between float32 and the 16-bit formats that model files use. Reading is exact: every bfloat16 and float16
 * value is a float32. All arrays are in the byte order of the machine, which safetensors wants little-endian.
 */

/** Bytes of one element, by the safetensors name of the type. */
export const ELEMENT_BYTES = { F32: 4, BF16: 2, F16: 2 } as const
export type FloatFormat = keyof typeof ELEMENT_BYTES

export const isFloatFormat = (name: unknown): name is FloatFormat => typeof name === 'string' && Object.hasOwn(ELEMENT_BYTES, name)

/** bfloat16 is the upper half of a float32. */
function readBfloat16(source: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length)
  for (let i = 0; i < source.length; i++) bits[i] = source[i]! << 16
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function float16Value(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

let float16Values: Float32Array | undefined

function readFloat16(source: Uint16Array, target: Float32Array): void {
  const table = (float16Values ??= Float32Array.from({ length: 65536 }, (_, half) => float16Value(half)))
  for (let i = 0; i < source.length; i++) target[i] = table[source[i]!]!
}

/** Reads `bytes` (aligned to the element size) into `target`, which has one float per element. */
export function readFloats(format: FloatFormat, bytes: Uint8Array, target: Float32Array): void {
  if (format === 'F32') {
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes)
    return
  }
  const source = new Uint16Array(bytes.buffer, bytes.byteOffset, target.length)
  if (format === 'BF16') readBfloat16(source, target)
  else readFloat16(source, target)
}

/** Float32 to bfloat16, rounded to the nearest, ties to the even one; NaN stays NaN. */
export function toBfloat16(source: Float32Array): Uint16Array {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length)
  const result = new Uint16Array(source.length)
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!
    const isNaN = (word & 0x7fffffff) > 0x7f800000
    // Adding half a unit of the kept part, less one where that part is even, carries exactly when rounding goes up.
    result[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
  }
  return result
}
