import { parameterInputs } from '../model/decoderGraph.ts'
import { Graph } from '../graph/graph.ts'
import { EMBEDDING, FINAL_NORM, HEAD, layerInput } from '../model/parameterLayout.ts'
import { keysOf, valuesOf } from './prefillGraph.ts'
import { drawTokens, samplingInputs } from './samplingGraph.ts'
import { attend, headScaleOf } from './decodeAttention.ts'
import * as op from '../graph/operators.ts'
import type { KeyValue } from './decodeAttention.ts'
import type { ParameterInputs } from '../model/decoderGraph.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'
import type { Value } from '../graph/graph.ts'
import type { SamplingInputs, SamplingKind } from './samplingGraph.ts'

/**
 * Generates up to `steps` tokens for B rows in one run: a Loop whose body is one token for every row.
 *
 * - Keys and values from before the run are frozen: the body reads them from the graph around it, nothing copies them per
 *   token. Only those of the run's own tokens are carried from step to step.
 * - Activations stand transposed ([features, B]) where they meet a weight: onnxruntime's matrix product re-packs its second
 *   operand on every call but reads the first as it lies, so the weight goes first.
 *
 * Inputs: the parameters; `tokens` int64 [B] to go on from and their `positions` int64 [B, 1]; `limits` int64 [B], after how
 * many tokens a row ends; `uniforms` [S, B, 1]; `steps` int64 scalar, at most S; `mask` [B, 1, 1, F, 1] (0, or −1e9 where a
 * frozen slot is empty); frozen `keys.l` and `values.l`, [B, keyValueHeads, 1, F, headSize]; `cos` and `sin` ([positions,
 * headSize / 2], times headSize^−¼ so that scores need no scale); and samplingGraph's.
 * Outputs: `sampled` int64, `logprobs`, `samplingLogprobs`, `entropies`, [s, B] each with s < steps only where all rows ended;
 * `recent.keys.l` and `recent.values.l` of the run's tokens, [B, keyValueHeads, 1, steps, headSize], zeros behind s.
 */
export function decodeGraph(config: ModelConfig, layout: ParameterLayout, kind: SamplingKind): Graph {
  const g = new Graph('decode')
  const sampling = samplingInputs(g, kind)
  const parameters = parameterInputs(g, layout)
  addLoop(g, { config, sampling, parameters }, runInputs(g, config, parameters))
  return g
}

/** The output that belongs to an input of frozen keys or values. */
export const recent = (name: string): string => `recent.${name}`

interface Model {
  readonly config: ModelConfig
  readonly parameters: ParameterInputs
  readonly sampling: SamplingInputs
}

interface RunInputs {
  readonly tokens: Value
  readonly positions: Value
  readonly limits: Value
  readonly uniforms: Value
  readonly steps: Value
  readonly mask: Value
  /** int64 [1]: frozen slots. */
  readonly frozenLength: Value
  readonly frozen: readonly KeyValue[]
  readonly cos: Value
  readonly sin: Value
  /** By layer. */
  readonly headScales: readonly (Value | undefined)[]
}

function runInputs(g: Graph, c: ModelConfig, parameters: ParameterInputs): RunInputs {
  const angles = ['positions', c.headSize / 2]
  const slots = ['B', c.keyValueHeads, 1, 'F', c.headSize]
  const mask = g.input('mask', ['B', 1, 1, 'F', 1])
  return {
    mask,
    tokens: g.input('tokens', ['B'], 'int64'),
    positions: g.input('positions', ['B', 1], 'int64'),
    limits: g.input('limits', ['B'], 'int64'),
    uniforms: g.input('uniforms', ['S', 'B', 1]),
    steps: g.input('steps', [], 'int64'),
    frozenLength: g.node('Gather', [op.shapeOf(g, mask), g.integers([3])], { dims: [1] }, { attributes: { axis: { int: 0 } } }),
    cos: g.input('cos', angles),
    sin: g.input('sin', angles),
    headScales: Array.from({ length: c.layers }, (_, l) => headScaleOf(g, c, parameters, l)),
    frozen: Array.from({ length: c.layers }, (_, l) =>
      ({ keys: g.input(keysOf(l), slots), values: g.input(valuesOf(l), slots) }))
  }
}

/** Carried are the tokens, which rows have ended, and the run's keys and values. */
function addLoop(g: Graph, model: Model, inputs: RunInputs): void {
  const { config: c } = model
  const empty = zeroSlots(g, c, inputs, { length: g.integers([0]), dim: 'R' })
  const ended = op.lessOrEqual(g, inputs.limits, g.integers([0]))
  const carried = [inputs.tokens, ended, ...Array.from({ length: 2 * c.layers }, () => empty)]
  const scanned = ['int64', 'float32', 'float32', 'float32'] as const
  const outputs = g.nodeWithOutputs('Loop', [inputs.steps, g.constant('bool', [], [1]), ...carried], [
    ...carried.map(({ dims, type }) => ({ dims, type })), ...scanned.map((type) => ({ dims: ['s', 'B'], type }))
  ], { attributes: { body: { graph: loopBody(g, model, inputs) } } })
  const [sampled, ...figures] = outputs.slice(carried.length)
  g.output('sampled', sampled!)
  ;['logprobs', 'samplingLogprobs', 'entropies'].forEach((name, i) => g.output(name, figures[i]!))
  const filler = fillerOf(g, c, inputs, outputs[2]!)
  for (let l = 0; l < c.layers; l++) {
    const filled = (value: Value): Value => op.concat(g, [value, filler], 3, 'steps')
    g.output(recent(keysOf(l)), filled(outputs[2 + 2 * l]!))
    g.output(recent(valuesOf(l)), filled(outputs[3 + 2 * l]!))
  }
}

/** As many recent slots of every row as `length` (int64 [1]) says. */
function zeroSlots(g: Graph, c: ModelConfig, { tokens }: RunInputs, { length, dim }: { length: Value; dim: string }): Value {
  const shape = op.concat(g, [op.shapeOf(g, tokens), g.integers([c.keyValueHeads, 1]), length, g.integers([c.headSize])], 0)
  return g.node('ConstantOfShape', [shape], { dims: ['B', c.keyValueHeads, 1, dim, c.headSize], type: 'float32' })
}

/** The slots an early exit left out, so that the outputs' size is known before the run. */
function fillerOf(g: Graph, c: ModelConfig, inputs: RunInputs, made: Value): Value {
  const length = g.node('Gather', [op.shapeOf(g, made), g.integers([3])], { dims: [1] }, { attributes: { axis: { int: 0 } } })
  const rest = op.sub(g, op.reshape(g, inputs.steps, [1]), length)
  return zeroSlots(g, c, inputs, { length: rest, dim: 'rest' })
}

function loopBody(g: Graph, model: Model, inputs: RunInputs): Graph {
  const { config: c, parameters: p } = model
  const body = g.child('body')
  const named = (name: string): string => `body.${name}`
  const iteration = body.input(named('iteration'), [], 'int64')
  body.input(named('condition'), [], 'bool')
  const tokens = body.input(named('tokens'), ['B'], 'int64')
  const ended = body.input(named('ended'), ['B'], 'bool')
  const slots = ['B', c.keyValueHeads, 1, 'R', c.headSize]
  const carried = Array.from({ length: c.layers }, (_, l): KeyValue =>
    ({ keys: body.input(named(keysOf(l)), slots), values: body.input(named(valuesOf(l)), slots) }))
  const made = op.add(body, iteration, body.constant('int64', [], [1]))
  const { hidden, keyValues } = layers(body, model, inputs, { tokens, iteration, made, carried })
  const logits = op.transpose(body, byWeight(body, p.of(c.tiedHead ? EMBEDDING : HEAD), hidden), [1, 0])
  const uniforms = body.node('Gather', [inputs.uniforms, iteration], { dims: ['B', 1] }, { attributes: { axis: { int: 0 } } })
  const draw = drawTokens(body, model.sampling, logits, uniforms)
  const nowEnded = op.or(body, ended, endsRow(body, c, draw.tokens, made, inputs.limits))
  body.output(named('goOn'), someUnended(body, nowEnded))
  body.output(named('nextTokens'), draw.tokens)
  body.output(named('nowEnded'), nowEnded)
  keyValues.forEach(({ keys, values }, l) => {
    body.output(named(`next.${keysOf(l)}`), keys)
    body.output(named(`next.${valuesOf(l)}`), values)
  })
  body.output(named('sampled'), draw.tokens)
  body.output(named('logprobs'), draw.logprobs)
  body.output(named('samplingLogprobs'), draw.samplingLogprobs)
  body.output(named('entropies'), draw.entropies)
  return body
}

function endsRow(g: Graph, c: ModelConfig, tokens: Value, made: Value, limits: Value): Value {
  const atLimit = op.lessOrEqual(g, limits, made)
  return c.endOfTextTokens.reduce((ended, token) => op.or(g, ended, op.equal(g, tokens, g.constant('int64', [], [token]))), atLimit)
}

/** bool scalar */
function someUnended(g: Graph, ended: Value): Value {
  const all = g.node('ReduceMin', [op.cast(g, ended, 'int32')], { dims: [] }, { attributes: { keepdims: { int: 0 } } })
  return op.not(g, op.cast(g, all, 'bool'))
}

interface Step {
  readonly tokens: Value
  /** int64 scalars: index of the step, and tokens made after it. */
  readonly iteration: Value
  readonly made: Value
  readonly carried: readonly KeyValue[]
}

/** weight · xᵀ ([out, B]) of rows x ([B, in]), plus a bias ([out]). */
function byWeight(g: Graph, weight: Value, x: Value, bias?: Value): Value {
  const inputs = bias ? [weight, x, g.node('Unsqueeze', [bias, g.integers([1])], { dims: [...bias.dims, 1] })] : [weight, x]
  return g.node('Gemm', inputs, { dims: [weight.dims[0]!, 'B'] }, { attributes: { transB: { int: 1 } } })
}

/** The decoder on one token a row: its normed hidden state ([B, d]), and the recent keys and values with this token's. */
function layers(g: Graph, model: Model, inputs: RunInputs, step: Step): { hidden: Value; keyValues: KeyValue[] } {
  const { config: c, parameters: p } = model
  const positions = op.add(g, inputs.positions, step.iteration)
  const oneMore = op.reshape(g, step.made, [1])
  const keyValues: KeyValue[] = []
  let x = op.gatherRows(g, p.of(EMBEDDING), step.tokens)
  let normed = op.rmsNorm(g, x, p.of(layerInput(0, 'attentionNorm')), c.normEpsilon)
  for (let l = 0; l < c.layers; l++) {
    const projected = byWeight(g, p.of(layerInput(l, 'qkv')), normed, c.attentionBias ? p.of(layerInput(l, 'qkvBias')) : undefined)
    const attended = attend(g, { config: c, headScale: inputs.headScales[l], cos: inputs.cos, sin: inputs.sin }, {
      projected: op.transpose(g, projected, [1, 0]), positions, mask: inputs.mask,
      frozen: inputs.frozen[l]!, recent: step.carried[l]!, lengths: op.concat(g, [inputs.frozenLength, oneMore], 0)
    })
    keyValues.push(attended.recent)
    const output = op.transpose(g, byWeight(g, p.of(layerInput(l, 'output')), attended.context), [1, 0])
    ;[x, normed] = addAndNorm(g, c, x, output, p.of(layerInput(l, 'mlpNorm')))
    const next = p.of(l + 1 < c.layers ? layerInput(l + 1, 'attentionNorm') : FINAL_NORM)
    ;[x, normed] = addAndNorm(g, c, x, transposedMlp(g, p, l, normed), next)
  }
  return { hidden: normed, keyValues }
}

/** x + delta, and its RMS norm, in one operator. */
function addAndNorm(g: Graph, c: ModelConfig, x: Value, delta: Value, weight: Value): readonly [Value, Value] {
  const like = { dims: x.dims }
  const [normed, , , sum] = g.nodeWithOutputs('SkipSimplifiedLayerNormalization', [x, delta, weight], [like, like, like, like], {
    domain: 'com.microsoft', attributes: { epsilon: { float: c.normEpsilon } }
  })
  return [sum!, normed!]
}

function transposedMlp(g: Graph, p: ParameterInputs, l: number, normed: Value): Value {
  const gate = op.silu(g, byWeight(g, p.of(layerInput(l, 'gate')), normed))
  const inner = op.mul(g, gate, byWeight(g, p.of(layerInput(l, 'up')), normed))
  return op.transpose(g, op.matmul(g, p.of(layerInput(l, 'down')), inner), [1, 0])
}
