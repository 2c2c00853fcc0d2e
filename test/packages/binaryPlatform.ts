/** Which platform a native binary is for, by its own header: `<os>-<cpu>`, or undefined where it is none. */
export function binaryPlatform(bytes: Buffer): string | undefined {
  if (bytes.length < 64) return undefined
  if (bytes.readUInt32BE(0) === 0x7f454c46) return cpuOf('linux', bytes.readUInt16LE(18), { 62: 'x64', 183: 'arm64' })
  if (bytes.readUInt32LE(0) === 0xfeedfacf) return cpuOf('darwin', bytes.readUInt32LE(4), { 0x01000007: 'x64', 0x0100000c: 'arm64' })
  if (bytes.readUInt32BE(0) === 0xcafebabe) return 'darwin-universal'
  if (bytes.toString('latin1', 0, 2) !== 'MZ') return undefined
  const header = bytes.readUInt32LE(60)
  return cpuOf('win32', bytes.readUInt16LE(header + 4), { 0x8664: 'x64', 0xaa64: 'arm64', 0x14c: 'ia32' })
}

function cpuOf(os: string, machine: number, names: Readonly<Record<number, string>>): string {
  return `${os}-${names[machine] ?? `machine ${machine}`}`
}
