import assert from 'node:assert/strict'
import { SafetensorsFile } from '../../trainer/engines/onnx/files/safetensors.ts'

export type Gradients = Readonly<Record<string, readonly number[]>>

export async function readTensors(path: string): Promise<Gradients> {
  const file = await SafetensorsFile.open(path)
  const tensors: Record<string, number[]> = {}
  for (const entry of file.header.tensors.values()) {
    const values = new Float32Array(entry.shape.reduce((a, b) => a * b, 1))
    await file.read(entry, values)
    tensors[entry.name] = Array.from(values)
  }
  await file.close()
  return tensors
}

const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))

/** Tensor by tensor, relative to its own norm or to that of all. */
export function assertGradients(ours: Gradients, theirs: Gradients): void {
  assert.deepEqual(Object.keys(ours).sort(), Object.keys(theirs).sort())
  const globalNorm = norm(Object.values(theirs).map(norm))
  assert.ok(globalNorm > 1e-3)
  for (const [name, truth] of Object.entries(theirs)) {
    assert.equal(ours[name]!.length, truth.length, name)
    const error = norm(truth.map((value, i) => value - ours[name]![i]!))
    assert.ok(error <= 1e-5 * norm(truth) || error <= 1e-7 * globalNorm, `${name}: ${error / norm(truth)} of its norm, ${error / globalNorm} of the global norm`)
  }
}
