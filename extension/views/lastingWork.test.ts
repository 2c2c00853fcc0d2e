import assert from 'node:assert/strict'
import { CancellationTokenSource } from 'vscode-jsonrpc/node'
import { lastingWork } from './lastingWork.ts'

/** Work that ends when it is told to, as often as it is begun. */
function works() {
  const begun: { readonly signal: AbortSignal; readonly end: (result: string) => void; readonly fail: (error: Error) => void }[] = []
  return { begun, work: (signal: AbortSignal) => new Promise<string>((end, fail) => begun.push({ signal, end, fail })) }
}

/** A page that asks; `goes` hides it. */
function page() {
  const [request, load] = [new CancellationTokenSource(), new CancellationTokenSource()]
  return { token: request.token, gone: load.token, cancels: () => request.cancel(), goes: () => load.cancel() }
}

describe('lasting work', () => {
  it('goes on while its page is hidden, and the next one has its answer', async () => {
    const { begun, work } = works()
    const lasting = lastingWork<string>()
    const [before, after] = [page(), page()]
    const unheard = lasting.run('a', work, before.token, before.gone)
    before.goes()
    const heard = lasting.run('a', work, after.token, after.gone)
    assert.deepEqual([begun.length, begun[0]!.signal.aborted, lasting.pending], [1, false, 'a'])
    begun[0]!.end('done')
    assert.deepEqual([await heard, await unheard, lasting.pending], ['done', 'done', undefined])
  })

  it('keeps an answer that came while no page was there, once', async () => {
    const { begun, work } = works()
    const lasting = lastingWork<string>()
    const [before, after] = [page(), page()]
    const unheard = lasting.run('a', work, before.token, before.gone)
    before.goes()
    begun[0]!.fail(new Error('no room'))
    await assert.rejects(unheard, /no room/)
    assert.equal(lasting.pending, 'a')
    await assert.rejects(lasting.run('a', work, after.token, after.gone), /no room/)
    assert.deepEqual([begun.length, lasting.pending], [1, undefined])
  })

  it('is stopped by whoever waits for it, by other work and at the end', () => {
    const { begun, work } = works()
    const lasting = lastingWork<string>()
    const [before, after] = [page(), page()]
    void lasting.run('a', work, before.token, before.gone)
    before.goes()
    void lasting.run('a', work, after.token, after.gone)
    after.cancels()
    assert.deepEqual([begun[0]!.signal.aborted, lasting.pending], [true, undefined])
    for (const id of ['b', 'c']) void lasting.run(id, work, page().token, page().gone)
    assert.deepEqual([begun[1]!.signal.aborted, begun[2]!.signal.aborted, lasting.pending], [true, false, 'c'])
    lasting.dispose()
    assert.ok(begun[2]!.signal.aborted)
  })
})
