/** The program of an engine process: serves the embedded engine on the pipe that its parent holds, until that closes. */
import { parseArgs } from 'node:util'
import { connectionToParent } from '../engineChannel.ts'
import { serveEngine } from '../engineServer.ts'
import { createOnnxEngine } from './onnxEngine.ts'

const { values } = parseArgs({
  options: { threads: { type: 'string', default: '0' }, 'micro-batch-tokens': { type: 'string', default: '1024' } }
})
// Ctrl-C in a terminal reaches every process of the group; the trainer alone decides what it means.
process.on('SIGINT', () => undefined)
const connection = connectionToParent()
serveEngine(createOnnxEngine({ threads: Number(values.threads), microBatchTokens: Number(values['micro-batch-tokens']) }), connection)
connection.listen()
