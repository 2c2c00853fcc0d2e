import { encodeModel } from './protobuf.ts'
import type { AttributeProto, Dim, ElementType, GraphProto, NodeProto, TensorProto } from './protobuf.ts'

/** A tensor that flows through a graph. A dim that is a string is known only when the graph runs. */
export interface Value {
  readonly name: string
  readonly dims: readonly Dim[]
  readonly type: ElementType
}

export type Attribute = Exclude<AttributeProto, { graph: GraphProto }> | { readonly graph: Graph }

/** One ONNX node. An input that is `undefined` is left out. */
export interface Node {
  readonly operator: string
  readonly domain: string
  readonly inputs: readonly (Value | undefined)[]
  readonly outputs: readonly Value[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

export interface OutputShape {
  readonly dims: readonly Dim[]
  /** Default: the type of the first input. */
  readonly type?: ElementType
}

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>
  readonly domain?: string
}

/** Elements in a constant: plain numbers, converted to the constant's type. */
function elements(type: ElementType, data: ArrayLike<number>): TensorProto['data'] {
  switch (type) {
    case 'float32': return Float32Array.from(data)
    case 'int32': return Int32Array.from(data)
    case 'int64': return BigInt64Array.from(Array.from(data, BigInt))
    case 'uint8':
    case 'bool': return Uint8Array.from(data)
  }
}

const SHARED_CONSTANT_SIZE = 64

/**
 * Builds one ONNX graph. Nodes are appended in execution order; shapes are carried along but not inferred here (operators.ts
 * does that). A child graph (the body of a Loop or If) may read every value of the graphs around it.
 */
export class Graph {
  readonly nodes: Node[] = []
  readonly inputs: Value[] = []
  readonly name: string
  private readonly constants: TensorProto[] = []
  private readonly shared = new Map<string, Value>()
  private readonly outputs = new Map<string, Value>()
  private readonly bound = new Map<string, Value>()
  /** Names are unique over a graph and all its children. */
  private readonly counter: { next: number }

  constructor(name = 'main', counter = { next: 0 }) {
    this.name = name
    this.counter = counter
  }

  /** A graph for a Loop or If attribute: `node('Loop', …, { attributes: { body: { graph: child } } })`. */
  child(name: string): Graph {
    return new Graph(name, this.counter)
  }

  private fresh(stem: string): string {
    return `${stem}_${this.counter.next++}`
  }

  /** A child's inputs need names that no other graph of the family uses; the order of calls is the order of inputs. */
  input(name: string, dims: readonly Dim[], type: ElementType = 'float32'): Value {
    const value: Value = { name, dims, type }
    this.inputs.push(value)
    return value
  }

  /** Gives a value out under a name; the order of calls is the order of outputs. */
  output(name: string, value: Value): void {
    this.outputs.set(name, value)
  }

  /** A constant tensor. Small equal ones are stored once. */
  constant(type: ElementType, dims: readonly number[], data: ArrayLike<number>): Value {
    const key = data.length <= SHARED_CONSTANT_SIZE ? `${type}[${dims.join()}]${Array.from(data, (x) => (Object.is(x, -0) ? '-0' : x)).join()}` : undefined
    const known = key === undefined ? undefined : this.shared.get(key)
    if (known) return known
    const name = this.fresh('constant')
    this.constants.push({ name, type, dims, data: elements(type, data) })
    const value: Value = { name, dims, type }
    if (key !== undefined) this.shared.set(key, value)
    return value
  }

  scalar(x: number): Value {
    return this.constant('float32', [], [x])
  }

  /** A vector of int64, as axes and shapes are given to operators. */
  integers(list: readonly number[]): Value {
    return this.constant('int64', [list.length], list)
  }

  /** Says which value (int64 [1]) holds the size that a named dim has when the graph runs. */
  bindDim(dim: string, size: Value): void {
    this.bound.set(dim, size)
  }

  boundDim(dim: string): Value | undefined {
    return this.bound.get(dim)
  }

  /** A node with several outputs. */
  nodeWithOutputs(operator: string, inputs: readonly (Value | undefined)[], outputs: readonly OutputShape[], options: NodeOptions = {}): Value[] {
    const values = outputs.map(({ dims, type }): Value => ({ name: this.fresh(operator), dims, type: type ?? inputs[0]?.type ?? 'float32' }))
    this.nodes.push({ operator, domain: options.domain ?? '', inputs, outputs: values, attributes: options.attributes ?? {} })
    return values
  }

  /** A node with one output. */
  node(operator: string, inputs: readonly (Value | undefined)[], output: OutputShape, options?: NodeOptions): Value {
    return this.nodeWithOutputs(operator, inputs, [output], options)[0]!
  }

  /** Names of values of outer graphs that this graph reads. */
  captured(): Set<string> {
    const own = new Set([...this.inputs, ...this.constants].map((value) => value.name))
    const used = new Set<string>([...this.outputs.values()].map((value) => value.name))
    for (const node of this.nodes) {
      for (const output of node.outputs) own.add(output.name)
      for (const name of reads(node)) used.add(name)
    }
    return new Set([...used].filter((name) => !own.has(name)))
  }

  /** The nodes that some output depends on. */
  private liveNodes(): { nodes: Node[]; read: Set<string> } {
    const read = new Set([...this.outputs.values()].map((value) => value.name))
    const nodes: Node[] = []
    for (const node of [...this.nodes].reverse()) {
      if (!node.outputs.some((output) => read.has(output.name))) continue
      nodes.push(node)
      for (const name of reads(node)) read.add(name)
    }
    return { nodes: nodes.reverse(), read }
  }

  /** Dead nodes and constants are left out; inputs never are. */
  proto(): GraphProto {
    const { nodes, read } = this.liveNodes()
    const renamed = this.outputNames(nodes)
    const name = (value: string): string => renamed.get(value) ?? value
    const copies = [...this.outputs].filter(([output, value]) => name(value.name) !== output)
    return {
      name: this.name,
      nodes: [
        ...nodes.map((node) => nodeProto(node, name)),
        ...copies.map(([output, value]): NodeProto => ({ operator: 'Identity', domain: '', inputs: [name(value.name)], outputs: [output], attributes: {} }))
      ],
      constants: this.constants.filter((constant) => read.has(constant.name)),
      inputs: this.inputs,
      outputs: [...this.outputs].map(([output, value]) => ({ ...value, name: output }))
    }
  }

  /** What a node of this graph makes is renamed to the output it becomes; anything else (or a second name) needs a copy. */
  private outputNames(nodes: readonly Node[]): Map<string, string> {
    const made = new Set(nodes.flatMap((node) => node.outputs.map((output) => output.name)))
    const names = new Map<string, string>()
    for (const [output, value] of this.outputs) {
      if (made.has(value.name) && !names.has(value.name)) names.set(value.name, output)
    }
    return names
  }

  encode(): Uint8Array {
    return encodeModel(this.proto())
  }
}

function reads(node: Node): string[] {
  const inner = Object.values(node.attributes).flatMap((attribute) => ('graph' in attribute ? [...attribute.graph.captured()] : []))
  return [...node.inputs.flatMap((input) => (input ? [input.name] : [])), ...inner]
}

function nodeProto(node: Node, name: (value: string) => string): NodeProto {
  const attributes = Object.entries(node.attributes).map(([key, attribute]): [string, AttributeProto] =>
    [key, 'graph' in attribute ? { graph: renameCaptures(attribute.graph.proto(), name) } : attribute])
  return {
    operator: node.operator,
    domain: node.domain,
    inputs: node.inputs.map((input) => (input ? name(input.name) : '')),
    outputs: node.outputs.map((output) => name(output.name)),
    attributes: Object.fromEntries(attributes)
  }
}

/** A body that reads a value which became an output of the graph around it has to use the output's name. */
function renameCaptures(graph: GraphProto, name: (value: string) => string): GraphProto {
  const rename = (attribute: AttributeProto): AttributeProto => ('graph' in attribute ? { graph: renameCaptures(attribute.graph, name) } : attribute)
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(name),
      attributes: Object.fromEntries(Object.entries(node.attributes).map(([key, attribute]) => [key, rename(attribute)]))
    }))
  }
}
