import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SuggestionSettings } from '../contracts/settings.ts'
import { threeSteps } from '../ratings/labels.fixture.ts'
import { askEndpoint } from './endpoint.ts'
import { endpointAddress } from './endpointAddress.ts'
import { endpointSuggester } from './endpointSuggester.ts'
import { SuggestionFailure } from './failures.ts'
import type { Outcome } from './review.ts'
import { reviewPrompt } from './reviewPrompt.ts'

interface Request { readonly path: string; readonly authorization: string | undefined; readonly body: { readonly model: string; readonly messages: readonly { role: string; content: string }[]; readonly [field: string]: unknown } }
type Script = (request: Request, count: number) => { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown } | 'hang' | 'end'

const GOOD = { choices: [{ message: { role: 'assistant', content: '{"ratings": [1, -1], "firstWrongStep": 2, "right": false, "critique": "It is 10."}' } }], usage: { prompt_tokens: 300, completion_tokens: 40, total_tokens: 340 } }
const NEVER = new AbortController().signal

describe('an OpenAI-compatible endpoint', () => {
  let script: Script = () => ({ body: GOOD })
  let requests: Request[] = []
  let pauses: number[] = []
  const listener: RequestListener = (incoming, outgoing) => void bodyOf(incoming).then((body) => {
    const request: Request = { path: incoming.url ?? '', authorization: incoming.headers.authorization, body: JSON.parse(body) as Request['body'] }
    requests.push(request)
    const answer = script(request, requests.length)
    if (answer === 'hang') return
    if (answer === 'end') return void incoming.socket.destroy()
    outgoing.writeHead(answer.status ?? 200, answer.headers).end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}))
  })
  const server = createServer(listener)
  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  before((done) => void server.listen(0, '127.0.0.1', done))
  after((done) => {
    server.closeAllConnections()
    server.close(done)
  })
  beforeEach(() => {
    script = () => ({ body: GOOD })
    requests = []
    pauses = []
  })

  const ask = (again: () => void = () => undefined, key?: string) => askEndpoint(
    { address: endpointAddress(base()), model: 'm-1', replyTokens: 99, longestPause: 30, ...(key === undefined ? {} : { key }) }, (seconds) => (pauses.push(seconds), Promise.resolve())
  )('Hello.', { signal: NEVER, again })
  const fails = (code: SuggestionFailure['code'], why: RegExp, forAll = false) => assert.rejects(ask(), (error) => error instanceof SuggestionFailure && error.code === code && why.test(error.message) && error.forAll === forAll)

  it('gets the prompt, the model and the limit, and the key as a bearer', async () => {
    assert.deepEqual(await ask(undefined, 'k-123'), { text: GOOD.choices[0]?.message.content, usage: { input: 300, output: 40 } })
    assert.deepEqual(requests, [{ path: '/v1/chat/completions', authorization: 'Bearer k-123', body: { model: 'm-1', messages: [{ role: 'user', content: 'Hello.' }], max_tokens: 99 } }])
    await ask()
    assert.equal(requests[1]?.authorization, undefined)
  })

  it('is believed in its answer, not in a usage that is none', async () => {
    for (const usage of [undefined, null, { prompt_tokens: -5, completion_tokens: 1 }, { prompt_tokens: 'many' }, 7]) {
      script = () => ({ body: { ...GOOD, usage } })
      assert.deepEqual(Object.keys(await ask()), ['text'])
    }
  })

  it('that turns requests away is asked again when it says, each send counted', async () => {
    let again = 0
    script = (_, count) => (count === 1 ? { status: 429, headers: { 'retry-after': '7' } } : count === 2 ? { status: 503 } : { body: GOOD })
    await ask(() => again++)
    assert.deepEqual([pauses, again, requests.length], [[7, 2], 2, 3])
  })

  it('may name the date to come back at', async () => {
    script = (_, count) => (count === 1 ? { status: 429, headers: { 'retry-after': new Date(Date.now() - 5000).toUTCString() } } : { body: GOOD })
    await ask()
    assert.deepEqual(pauses, [0])
  })

  it('is given up where it asks to wait too long, senselessly, or again and again', async () => {
    script = () => ({ status: 429, headers: { 'retry-after': '31' } })
    await fails('rateLimited', /wait 31 s, longer than 30 s/)
    script = () => ({ status: 429, headers: { 'retry-after': 'soon' } })
    await fails('rateLimited', /429/)
    script = () => ({ status: 429 })
    await fails('rateLimited', /429 4 times/)
    assert.deepEqual(pauses, [1, 2, 4])
  })

  it('is not asked again over the cap', async () => {
    script = () => ({ status: 429 })
    const cap = new SuggestionFailure('overCap', 'enough')
    await assert.rejects(ask(() => { throw cap }), cap)
    assert.equal(requests.length, 1)
  })

  it('may want the limit under its newer name', async () => {
    script = ({ body }) => ('max_tokens' in body ? { status: 400, body: { error: { message: "Use 'max_completion_tokens' instead." } } } : { body: GOOD })
    await ask()
    assert.equal(requests[1]?.body['max_completion_tokens'], 99)
  })

  it('that answers garbage is no opinion', async () => {
    for (const body of ['', '<html>', '{}', 'null', { choices: [] }, { choices: [{ message: { content: null } }] }, { choices: [{ message: { content: { right: true } } }] }]) {
      script = () => ({ body })
      await fails('notJson', /no chat completion/)
    }
  })

  it('that answers without end is not read to the end', async () => {
    script = () => ({ body: 'x'.repeat(2_000_001) })
    await fails('tooLong', /2000000 bytes/)
  })

  it('that refuses says why; a key or model that is refused is refused to all', async () => {
    script = () => ({ status: 500, body: 'out of memory' })
    await fails('refused', /500: out of memory/)
    for (const status of [401, 403, 404]) {
      script = () => ({ status, body: 'no' })
      await fails('refused', new RegExp(String(status)), true)
    }
  })

  it('sends neither key nor texts on to another address', async () => {
    script = (_, count) => (count === 1 ? { status: 307, headers: { location: `${base()}/elsewhere` } } : { body: GOOD })
    await fails('unreachable', /redirect/)
    assert.equal(requests.length, 1)
  })

  it('that is not there, or hangs up, is unreachable', async () => {
    script = () => 'end'
    await fails('unreachable', /cannot be reached/)
    const closed = askEndpoint({ address: endpointAddress('http://127.0.0.1:9'), model: 'm', replyTokens: 9, longestPause: 1 })
    await assert.rejects(closed('x', { signal: NEVER, again: () => undefined }), (error) => error instanceof SuggestionFailure && error.code === 'unreachable')
  })

  describe('as a source of drafts', () => {
    const SETTINGS: SuggestionSettings = { endpoint: '', model: 'm-1', maxRequests: 100, maxTokens: 1e6, maxCost: 1, inputPrice: 0, outputPrice: 0, replyTokens: 99, timeoutSeconds: 600 }
    const review = async (ids: readonly string[], settings: Partial<SuggestionSettings> = {}): Promise<Outcome[]> => {
      const outcomes: Outcome[] = []
      await endpointSuggester(endpointAddress(base()), { ...SETTINGS, ...settings }, undefined, []).review(ids.map((id) => threeSteps({ id })), (outcome) => outcomes.push(outcome), NEVER)
      return outcomes
    }

    it('drafts from what it is sent, which is what people were shown', async () => {
      const [outcome] = await review(['a'])
      assert.deepEqual(outcome && 'review' in outcome && outcome.review, { ratings: [{ step: 0, rating: 1 }, { step: 1, rating: -1 }], firstError: 1, right: false, critique: 'It is 10.' })
      assert.equal(requests[0]?.body.messages[0]?.content, reviewPrompt(threeSteps({ id: 'a' })))
    })

    it('counts what it answers badly; the others go on', async () => {
      script = (_, count) => (count === 2 ? { body: { choices: [{ message: { content: 'All good.' } }] } } : count === 3 ? { status: 500 } : { body: GOOD })
      const outcomes = await review(['a', 'b', 'c', 'd', 'e'])
      assert.deepEqual(outcomes.map((outcome) => ('failure' in outcome ? outcome.failure.code : 'review')).sort(), ['notJson', 'refused', 'review', 'review', 'review'])
    })

    it('may want the limit under its newer name of all prompts that are under way', async () => {
      script = ({ body }) => ('max_tokens' in body ? { status: 400, body: { error: { message: "Use 'max_completion_tokens' instead." } } } : { body: GOOD })
      const outcomes = await review(['a', 'b', 'c', 'd', 'e'])
      assert.deepEqual(outcomes.map((outcome) => ('failure' in outcome ? outcome.failure.message : 'review')), Array(5).fill('review'))
      assert.deepEqual([requests.length, requests.filter(({ body }) => 'max_tokens' in body).length], [9, 4])
    })

    it('is not waited for longer than the limit', async () => {
      script = () => 'hang'
      const outcomes = await review(['a', 'b'], { timeoutSeconds: 0.1 })
      assert.deepEqual(outcomes.map((outcome) => 'failure' in outcome && [outcome.failure.code, outcome.failure.message]), Array(2).fill(['noAnswer', 'No answer within 0.1 s.']))
    })

    it('is sent no more requests than the cap allows, four at a time', async () => {
      const outcomes = await review(Array.from({ length: 9 }, (_, i) => `r${i}`), { maxRequests: 5 })
      assert.deepEqual([requests.length, outcomes.filter((outcome) => 'review' in outcome).length], [5, 5])
    })

    it('takes no key over an open connection', () => {
      assert.throws(() => endpointSuggester(endpointAddress('http://models.example/v1'), SETTINGS, 'key', []), /without encryption/)
      assert.match(endpointSuggester(endpointAddress('http://models.example/v1'), SETTINGS, undefined, []).sends?.terms.join() ?? '', /not encrypted/)
    })
  })
})

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of incoming.setEncoding('utf8')) text += String(piece)
  return text
}
