import { causalMask, logitsAt, parameterInputs, rotaryAngles, wholeSequenceInputs } from '../../trainer/engines/onnx/model/decoderGraph.ts'
import { Graph } from '../../trainer/engines/onnx/graph/graph.ts'
import { readDescription } from '../../trainer/engines/onnx/files/hfFolder.ts'
import { parameterLayout } from '../../trainer/engines/onnx/model/parameterLayout.ts'
import { sessionOf } from '../../trainer/engines/onnx/testing/runGraph.ts'
import { readWeights } from '../../trainer/engines/onnx/files/weightFiles.ts'

/** Logits of a folder's model at every position of every sequence, from the graph that training and scoring are made of. */
export async function decoderLogits(folder: string, sequences: readonly (readonly number[])[]): Promise<number[][][]> {
  const { config } = await readDescription(folder)
  const layout = parameterLayout(config)
  const { values: weights } = await readWeights(folder, layout)
  const g = new Graph()
  const parameters = parameterInputs(g, layout)
  const whole = wholeSequenceInputs(g, config)
  g.output('logits', logitsAt(g, config, parameters, whole, g.input('rows', ['R'], 'int64')))
  const run = await sessionOf(g)
  const fixed = Object.fromEntries(layout.graphInputs.map(({ name, shape, offset, size }) => [name, { dims: shape, data: weights.subarray(offset, offset + size) }]))
  const results: number[][][] = []
  for (const tokens of sequences) {
    const length = tokens.length
    const { cos, sin } = rotaryAngles(config, length)
    const angles = [length, config.headSize / 2]
    const { logits } = await run({
      ...fixed,
      tokens: { dims: [1, length], data: tokens, type: 'int64' },
      rows: { dims: [length], data: tokens.map((_, position) => position), type: 'int64' },
      cos: { dims: angles, data: cos }, sin: { dims: angles, data: sin },
      causalMask: { dims: [length, length], data: causalMask(length) }
    })
    results.push(tokens.map((_, t) => Array.from(logits!.subarray(t * config.vocabularySize, (t + 1) * config.vocabularySize))))
  }
  return results
}
