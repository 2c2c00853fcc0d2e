/** The query process: JSON-RPC over standard input and output until the input ends. */
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import type { Logger } from 'vscode-jsonrpc/node'
import { watchParent } from '../parentWatch.ts'
import { serveQueries } from './queryServer.ts'
import { QueryState } from './queryState.ts'

const say = (text: string): void => void process.stderr.write(`${text}\n`)
const logger: Logger = { error: say, warn: say, info: () => undefined, log: () => undefined }

async function main(): Promise<void> {
  watchParent()
  const reader = new StreamMessageReader(process.stdin)
  reader.partialMessageTimeout = 0
  const connection = createMessageConnection(reader, new StreamMessageWriter(process.stdout), logger)
  // Whatever prints goes to standard error: standard output carries messages alone.
  console.log = console.info = console.error
  serveQueries(connection, QueryState.open())
  connection.onClose(() => process.exit(0))
  connection.listen()
}

await main()
