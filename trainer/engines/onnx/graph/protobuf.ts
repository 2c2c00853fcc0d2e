/**
 * Writes ONNX models (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3): the fields onnxruntime reads, no more.
 * Numbers given to `field(…)` calls are the field numbers of that file.
 */

export type ElementType = 'float32' | 'uint8' | 'int32' | 'int64' | 'bool'

/** A size, or the name of one that is only known when the graph runs. */
export type Dim = number | string

export interface TensorProto {
  readonly name: string
  readonly type: ElementType
  readonly dims: readonly number[]
  /** Little-endian, row-major; bool as one byte each. */
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array
}

export interface ValueProto {
  readonly name: string
  readonly type: ElementType
  readonly dims: readonly Dim[]
}

export type AttributeProto =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string }
  | { readonly tensor: TensorProto }
  | { readonly graph: GraphProto }

export interface NodeProto {
  readonly operator: string
  /** Empty for ONNX's own operators. */
  readonly domain: string
  /** An empty name is an input left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, AttributeProto>>
}

export interface GraphProto {
  readonly name: string
  readonly nodes: readonly NodeProto[]
  readonly constants: readonly TensorProto[]
  readonly inputs: readonly ValueProto[]
  readonly outputs: readonly ValueProto[]
}

const ELEMENT_TYPES: Readonly<Record<ElementType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 }
const IR_VERSION = 10
const OPSET = 21
const VARINT = 0
const BYTES = 2
const FLOAT = 5

class Writer {
  private buffer = new Uint8Array(256)
  private length = 0

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count))
    larger.set(this.buffer.subarray(0, this.length))
    this.buffer = larger
  }

  private varint(value: number): void {
    this.reserve(10)
    let rest = BigInt.asUintN(64, BigInt(value))
    while (rest > 127n) {
      this.buffer[this.length++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    this.buffer[this.length++] = Number(rest)
  }

  int(field: number, value: number): void {
    this.varint((field << 3) | VARINT)
    this.varint(value)
  }

  float(field: number, value: number): void {
    this.varint((field << 3) | FLOAT)
    this.reserve(4)
    new DataView(this.buffer.buffer).setFloat32(this.length, value, true)
    this.length += 4
  }

  bytes(field: number, data: Uint8Array): void {
    this.varint((field << 3) | BYTES)
    this.varint(data.length)
    this.reserve(data.length)
    this.buffer.set(data, this.length)
    this.length += data.length
  }

  string(field: number, text: string): void {
    this.bytes(field, new TextEncoder().encode(text))
  }

  message(field: number, write: (inner: Writer) => void): void {
    const inner = new Writer()
    write(inner)
    this.bytes(field, inner.done())
  }

  done(): Uint8Array {
    return this.buffer.subarray(0, this.length)
  }
}

function writeTensor(w: Writer, tensor: TensorProto): void {
  for (const dim of tensor.dims) w.int(1, dim)
  w.int(2, ELEMENT_TYPES[tensor.type])
  w.string(8, tensor.name)
  w.bytes(9, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength))
}

function writeValue(w: Writer, value: ValueProto): void {
  w.string(1, value.name)
  w.message(2, (type) => type.message(1, (tensor) => {
    tensor.int(1, ELEMENT_TYPES[value.type])
    tensor.message(2, (shape) => {
      for (const dim of value.dims) shape.message(1, (d) => (typeof dim === 'number' ? d.int(1, dim) : d.string(2, dim)))
    })
  }))
}

function writeAttribute(w: Writer, name: string, attribute: AttributeProto): void {
  w.string(1, name)
  if ('float' in attribute) {
    w.float(2, attribute.float)
    w.int(20, 1)
  } else if ('int' in attribute) {
    w.int(3, attribute.int)
    w.int(20, 2)
  } else if ('string' in attribute) {
    w.string(4, attribute.string)
    w.int(20, 3)
  } else if ('tensor' in attribute) {
    w.message(5, (inner) => writeTensor(inner, attribute.tensor))
    w.int(20, 4)
  } else if ('graph' in attribute) {
    w.message(6, (inner) => writeGraph(inner, attribute.graph))
    w.int(20, 5)
  } else {
    for (const value of attribute.ints) w.int(8, value)
    w.int(20, 7)
  }
}

function writeNode(w: Writer, node: NodeProto): void {
  for (const input of node.inputs) w.string(1, input)
  for (const output of node.outputs) w.string(2, output)
  w.string(3, node.outputs[0] ?? node.operator)
  w.string(4, node.operator)
  for (const [name, attribute] of Object.entries(node.attributes)) w.message(5, (inner) => writeAttribute(inner, name, attribute))
  w.string(7, node.domain)
}

function writeGraph(w: Writer, graph: GraphProto): void {
  for (const node of graph.nodes) w.message(1, (inner) => writeNode(inner, node))
  w.string(2, graph.name)
  for (const constant of graph.constants) w.message(5, (inner) => writeTensor(inner, constant))
  for (const input of graph.inputs) w.message(11, (inner) => writeValue(inner, input))
  for (const output of graph.outputs) w.message(12, (inner) => writeValue(inner, output))
}

/** A whole model over opset 21 and onnxruntime's own operators (domain `com.microsoft`). */
export function encodeModel(graph: GraphProto): Uint8Array {
  const w = new Writer()
  w.int(1, IR_VERSION)
  w.message(7, (inner) => writeGraph(inner, graph))
  for (const [domain, version] of [['', OPSET], ['com.microsoft', 1]] as const) {
    w.message(8, (inner) => {
      inner.string(1, domain)
      inner.int(2, version)
    })
  }
  return w.done()
}
