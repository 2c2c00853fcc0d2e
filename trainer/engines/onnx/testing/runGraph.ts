import { InferenceSession, Tensor } from 'onnxruntime-node'
import { sessionOptions } from '../graph/sessionOptions.ts'
import type { Graph } from '../graph/graph.ts'

/** Numbers with their shape, as tests write them. */
export interface Numbers {
  readonly dims: readonly number[]
  readonly data: readonly number[] | Float32Array
  readonly type?: 'float32' | 'int64'
}

export function tensor({ dims, data, type = 'float32' }: Numbers): Tensor {
  return type === 'int64' ? new Tensor('int64', BigInt64Array.from(Array.from(data, BigInt)), dims) : new Tensor('float32', Float32Array.from(data), dims)
}

export async function sessionOf(g: Graph, threads = 1): Promise<(feeds: Readonly<Record<string, Numbers>>) => Promise<Record<string, Float32Array>>> {
  const session = await InferenceSession.create(g.encode(), sessionOptions(threads))
  return async (feeds) => {
    const outputs = await session.run(Object.fromEntries(Object.entries(feeds).map(([name, numbers]) => [name, tensor(numbers)])))
    return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, output.data as Float32Array]))
  }
}
