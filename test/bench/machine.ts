import { cpus, totalmem } from 'node:os'
import { readFileSync } from 'node:fs'
import * as ort from 'onnxruntime-node'
import { Graph } from '../../trainer/engines/onnx/graph.ts'
import * as op from '../../trainer/engines/onnx/operators.ts'

/** What a figure was measured on. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly node: string
  readonly onnxruntime: string
}

export function machine(): Machine {
  const { version } = JSON.parse(readFileSync(new URL('../../node_modules/onnxruntime-node/package.json', import.meta.url), 'utf8')) as { version: string }
  return { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryBytes: totalmem(), node: process.version, onnxruntime: version }
}

const SIZE = 1024

/** A probe of the machine's single-precision matrix rate in this process: call it between repetitions. Result in GFLOP/s. */
export async function gemmProbe(threads: number): Promise<() => Promise<number>> {
  const graph = new Graph('gemm')
  const a = graph.input('a', [SIZE, SIZE])
  const b = graph.input('b', [SIZE, SIZE])
  graph.output('c', op.matmul(graph, a, b, {}))
  const session = await ort.InferenceSession.create(graph.encode(), { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential' })
  const feeds = { a: filled(0.5), b: filled(0.25) }
  return async () => {
    const start = performance.now()
    await session.run(feeds)
    return (2 * SIZE ** 3) / ((performance.now() - start) * 1e6)
  }
}

const filled = (value: number): ort.Tensor => new ort.Tensor('float32', new Float32Array(SIZE * SIZE).fill(value), [SIZE, SIZE])
