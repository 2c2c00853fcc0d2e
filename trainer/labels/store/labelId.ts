import { randomBytes } from 'node:crypto'

let lastTime = 0
let drawnAtTime = 0

/** A UUID of version 7 (RFC 9562): ids of one process sort in the order in which they were drawn, up to 4,096 a millisecond. */
export function newLabelId(now = Date.now()): string {
  drawnAtTime = now === lastTime ? drawnAtTime + 1 : 0
  lastTime = now
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now, 0, 6)
  bytes.writeUInt16BE(0x7000 | (drawnAtTime & 0xfff), 6)
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
