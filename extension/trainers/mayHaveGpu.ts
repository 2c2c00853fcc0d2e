import { existsSync } from 'node:fs'

/** Of NVIDIA's driver, of AMD's, and of Windows below WSL. */
const LINUX_DEVICES = ['/dev/nvidiactl', '/dev/kfd', '/dev/dxg']

/** Whether PyTorch may find a GPU on this machine, by what drivers leave there: to ask a Python takes seconds. */
export function mayHaveGpu(platform: NodeJS.Platform = process.platform, arch: string = process.arch, exists: (path: string) => boolean = existsSync): boolean {
  if (platform === 'linux') return LINUX_DEVICES.some(exists)
  // Windows shows no files of devices: who wants PyTorch there most likely has one.
  return platform !== 'darwin' || arch === 'arm64'
}
