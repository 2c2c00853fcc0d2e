import { cpus, loadavg, platform, release, totalmem } from 'node:os'
import { readFileSync } from 'node:fs'
import * as ort from 'onnxruntime-node'
import { Graph } from '../../trainer/engines/onnx/graph/graph.ts'
import * as op from '../../trainer/engines/onnx/graph/operators.ts'
import { sessionOptions } from '../../trainer/engines/onnx/graph/sessionOptions.ts'

/** What a figure was measured on. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
  readonly onnxruntime: string
  /** One-minute load average when the benchmark began: above 0.5 something else was running. */
  readonly loadBefore: number
}

export function machine(): Machine {
  const { version } = JSON.parse(readFileSync(new URL('../../node_modules/onnxruntime-node/package.json', import.meta.url), 'utf8')) as { version: string }
  return {
    cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryBytes: totalmem(), system: `${platform()} ${release()}`,
    node: process.version, onnxruntime: version, loadBefore: loadavg()[0] ?? 0
  }
}

const SIZE = 1024
const REPETITIONS = 5

/**
 * A probe of the machine's single-precision matrix rate in this process, by the library that the engine computes with: call
 * it between repetitions. Each call multiplies two 1024 × 1024 matrices five times and gives the median rate in GFLOP/s.
 */
export async function gemmProbe(threads: number): Promise<() => Promise<number>> {
  const graph = new Graph('gemm')
  const a = graph.input('a', [SIZE, SIZE])
  const b = graph.input('b', [SIZE, SIZE])
  graph.output('c', op.matmul(graph, a, b, {}))
  const session = await ort.InferenceSession.create(graph.encode(), sessionOptions(threads))
  const feeds = { a: filled(0.5), b: filled(0.25) }
  const once = async (): Promise<number> => {
    const start = performance.now()
    await session.run(feeds)
    return (2 * SIZE ** 3) / ((performance.now() - start) * 1e6)
  }
  await once()
  return async () => {
    const rates: number[] = []
    for (let i = 0; i < REPETITIONS; i++) rates.push(await once())
    return rates.sort((x, y) => x - y)[REPETITIONS >> 1]!
  }
}

const filled = (value: number): ort.Tensor => new ort.Tensor('float32', new Float32Array(SIZE * SIZE).fill(value), [SIZE, SIZE])
