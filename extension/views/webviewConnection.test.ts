import assert from 'node:assert/strict'
import type * as vscode from 'vscode'
import type { CancellationToken } from 'vscode-jsonrpc/node'
import { connectWebview } from './webviewConnection.ts'
import type { RequestHandler } from './webviewConnection.ts'

interface Sent {
  readonly load: string
  readonly message: { readonly id?: number; readonly method?: string; readonly result?: unknown; readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }; readonly params?: unknown }
}

/** A webview whose page is the test. */
function page(handlers: Record<string, RequestHandler>, lasting: readonly string[] = []) {
  const sent: Sent[] = []
  let receive: (data: unknown) => void = () => undefined
  let loads = 0
  const webview = {
    postMessage: (data: Sent) => Promise.resolve(sent.push(data) > 0),
    onDidReceiveMessage: (listener: typeof receive) => {
      receive = listener
      return { dispose: () => (receive = () => undefined) }
    }
  } as unknown as vscode.Webview
  const connection = connectWebview(webview, new Map(Object.entries(handlers)), () => loads++, new Set(lasting))
  const post = (load: string, message: object) => receive({ load, message: { jsonrpc: '2.0', ...message } })
  return { connection, sent, post, receive: (data: unknown) => receive(data), loads: () => loads }
}

/** Messages are handled one per turn of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('connectWebview', () => {
  it('answers a request of the page', async () => {
    const { sent, post } = page({ double: (value) => (value as { n: number }).n * 2 })
    post('a', { id: 1, method: 'double', params: { n: 21 } })
    await settled()
    assert.deepEqual(sent.map(({ load, message }) => [load, message.id, message.result]), [['a', 1, 42]])
  })

  it('gives every load of the page a connection of its own', async () => {
    const finish: ((value: string) => void)[] = []
    const { sent, post, loads, connection } = page({ slow: () => new Promise((resolve) => finish.push(resolve)) })
    post('a', { id: 1, method: 'slow' })
    await settled()
    post('b', { id: 1, method: 'slow' })
    await settled()
    finish[0]?.('for the old page')
    finish[1]?.('for the new page')
    await settled()
    connection.notify('changed', { what: [] })
    await settled()
    assert.equal(loads(), 2)
    assert.ok(!sent.some(({ load, message }) => load === 'b' && message.result === 'for the old page'))
    assert.ok(sent.some(({ load, message }) => load === 'b' && message.result === 'for the new page'))
    assert.ok(sent.some(({ load, message }) => load === 'b' && message.method === 'changed'))
  })

  it('cancels at the host what the page gives up', async () => {
    let cancelled = false
    const waits = (_: unknown, token: CancellationToken) => new Promise((_resolve, reject) => token.onCancellationRequested(() => ((cancelled = true), reject(new Error('stopped')))))
    const { sent, post } = page({ waits })
    post('a', { id: 7, method: 'waits' })
    await settled()
    post('a', { method: '$/cancelRequest', params: { id: 7 } })
    await settled()
    assert.ok(cancelled)
    assert.equal(sent[0]?.message.error?.code, -32800)
  })

  it('cancels what a page asked for once it is out of sight, and hears what it says while it goes', async () => {
    const tokens: CancellationToken[] = []
    const waits = (_: unknown, token: CancellationToken) => new Promise(() => tokens.push(token))
    const { post, sent, connection, loads } = page({ waits, says: () => 'heard' })
    post('a', { id: 1, method: 'waits' })
    await settled()
    connection.pageGone()
    post('a', { id: 2, method: 'says' })
    post('a', { id: 3, method: 'waits' })
    await settled()
    assert.deepEqual(tokens.map(({ isCancellationRequested }) => isCancellationRequested), [true, false])
    assert.deepEqual([sent.find(({ message }) => message.id === 2)?.message.result, loads()], ['heard', 1])
  })

  it('cancels what the page before asked for when a page is loaded, and what the last one asked for at the end', async () => {
    const tokens: CancellationToken[] = []
    const waits = (_: unknown, token: CancellationToken) => new Promise(() => tokens.push(token))
    const { post, connection } = page({ waits })
    for (const load of ['a', 'b']) {
      post(load, { id: 1, method: 'waits' })
      await settled()
    }
    assert.deepEqual(tokens.map(({ isCancellationRequested }) => isCancellationRequested), [true, false])
    connection.dispose()
    assert.ok(tokens[1]?.isCancellationRequested)
  })

  it('lets lasting requests go on while the page is hidden, says that it is gone, and ends them with the panel', async () => {
    const asked: (readonly [CancellationToken, CancellationToken])[] = []
    const waits: RequestHandler = (_, token, gone) => new Promise(() => asked.push([token, gone]))
    const { post, connection } = page({ waits }, ['waits'])
    const states = () => asked.map((tokens) => tokens.map(({ isCancellationRequested }) => isCancellationRequested))
    post('a', { id: 1, method: 'waits' })
    await settled()
    connection.pageGone()
    post('b', { id: 1, method: 'waits' })
    await settled()
    assert.deepEqual(states(), [[false, true], [false, false]])
    post('b', { method: '$/cancelRequest', params: { id: 1 } })
    await settled()
    assert.deepEqual(states(), [[false, true], [true, false]])
    connection.dispose()
    assert.deepEqual(states(), [[true, true], [true, true]])
  })

  it('knows a page that listens from one that is still being loaded, is hidden or could not begin', async () => {
    const answers: ((answer: unknown) => void)[] = []
    const { post, connection } = page({ ready: () => new Promise((answer) => answers.push(answer)), saveState: () => null })
    const listens = async (): Promise<boolean> => (await settled(), connection.listens)
    assert.equal(await listens(), false)
    post('a', { id: 1, method: 'saveState', params: {} })
    post('a', { id: 2, method: 'ready', params: {} })
    assert.equal(await listens(), false)
    answers[0]!({})
    assert.equal(await listens(), true)
    connection.pageGone()
    assert.equal(await listens(), false)
    post('b', { id: 1, method: 'ready', params: {} })
    assert.equal(await listens(), false)
    answers[1]!(Promise.reject(new Error('no run')))
    assert.equal(await listens(), false)
    post('b', { id: 2, method: 'ready', params: {} })
    await settled()
    connection.pageGone()
    answers[2]!({})
    assert.equal(await listens(), false)
  })

  it('says what went wrong, and what to do', async () => {
    const fails = () => Promise.reject(Object.assign(new Error('no such run'), { code: 'gone', remedy: 'Open another.', place: '/w/runs/a' }))
    const { sent, post } = page({ fails })
    post('a', { id: 1, method: 'fails' })
    await settled()
    assert.deepEqual(sent[0]?.message.error?.data, { code: 'gone', remedy: 'Open another.', place: '/w/runs/a' })
  })

  it('ignores what is no message of a page', async () => {
    const { sent, receive, loads } = page({})
    for (const data of [null, 'x', {}, { load: 1, message: {} }, { load: 'a' }, []]) receive(data)
    await settled()
    assert.equal(loads(), 0)
    assert.deepEqual(sent, [])
  })
})
