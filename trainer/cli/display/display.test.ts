import assert from 'node:assert/strict'
import { RunEvent } from '../../protocol/events.ts'
import { evaluation, event, story, summary } from '../runEvents.fixture.ts'
import { testHost } from '../testHost.fixture.ts'
import { stylesFor } from '../terminal/styles.ts'
import { stepLine } from './eventLines.ts'
import type { EventOf } from './eventLines.ts'
import { jsonDisplay } from './jsonDisplay.ts'
import { rolloutText } from './rolloutText.ts'
import type { ReadableRollout } from './rolloutText.ts'
import { storyDisplay } from './storyDisplay.ts'
import { summaryText } from './summaryText.ts'
import { terminalDisplay } from './terminalDisplay.ts'

/** Steps end at `;`; the last one before `answer` is true where it says 8. */
function read({ problem, text, correct }: EventOf<'rolloutShown'>): ReadableRollout {
  const end = text.indexOf(' answer')
  const last = text.lastIndexOf('; ', end) + 2
  const steps = last === 1
    ? [{ from: 0, to: end, ok: false, why: 'false: the value is 8.' }]
    : [{ from: 0, to: last - 3, ok: true, why: 'true' }, { from: last, to: end, ok: correct, why: 'false: the value is 8.' }]
  return { problem, text, correct, steps, parts: [{ name: 'answer', score: Number(correct), weight: 1, why: 'expected 8' }] }
}

const SUMMARY = [
  'Held-out problems of arithmetic-chain: 200, 16 samples each at temperature 1',
  '                            before                 after',
  '  pass@1      0.280 [0.260, 0.300]  0.680 [0.660, 0.700]',
  '  pass@16     0.950 [0.930, 0.970]  0.950 [0.930, 0.970]',
  '  greedy      0.310 [0.290, 0.330]  0.710 [0.690, 0.730]',
  '  true steps  0.800 [0.780, 0.820]  0.800 [0.780, 0.820]',
  '  Value [95 % interval over problems]. pass@k: chance that one of k samples is right.',
  '  Gain in pass@1 +0.400 [+0.350, +0.450], paired over problems.',
  'Elsewhere, pass@1',
  '                        before                 after',
  '  harder  0.100 [0.080, 0.120]  0.200 [0.180, 0.220]',
  '  sampling  412 rollouts/s, 9,322 tokens/s',
  '  training  15,002 tokens/s',
  '  in all    7,680 rollouts, 170,000 tokens sampled, 171,000 trained on, 1:35',
  '  memory    412 MB at most'
]

describe('showing a run', () => {
  it('plays events that the protocol allows', () => {
    for (const one of story()) assert.deepEqual(RunEvent.parse(one), one)
  })

  it('writes plain lines where there is no terminal', () => {
    const host = testHost()
    const display = terminalDisplay(host)
    for (const one of story()) display.event(one)
    display.end()
    assert.equal(host.out(), [
      'Starting run r1 in /runs/chain--base--r1',
      'Stage rl: 2 steps',
      'held-out problems before: pass@1 0.280 [0.260, 0.300]  pass@16 0.950 [0.930, 0.970]  greedy 0.310 [0.290, 0.330]  true steps 0.800 [0.780, 0.820]',
      'step 1/2  reward 0.300  train pass@1 0.300  9,322 tokens/s  1:05 left',
      'Warning at step 1: evil red txet',
      'step 2/2  reward 0.500  train pass@1 0.500  9,322 tokens/s  0 s left',
      'held-out problems after: pass@1 0.680 [0.660, 0.700]  pass@16 0.950 [0.930, 0.970]  greedy 0.710 [0.690, 0.730]  true steps 0.800 [0.780, 0.820]',
      ...SUMMARY, ''
    ].join('\n'))
  })

  it('counts the rollouts of a step that could not be scored, where there are any', () => {
    const line = (notScorable: number): string => stepLine({
      version: 1, at: '', type: 'stepFinished', step: 3, stage: 'rl', metrics: { 'reward/mean': 0.5, 'rollouts/notScorable': notScorable, 'throughput/sampled': 1000 }
    }, 9)
    assert.equal(line(0), 'step 3/9  reward 0.500  1,000 tokens/s')
    assert.equal(line(7), 'step 3/9  reward 0.500  7 not scorable  1,000 tokens/s')
  })

  it('tells of the cheats that are tried before a run begins: once in a log, as they go on a terminal', () => {
    const shown = (columns?: number): string => {
      const host = testHost(columns === undefined ? {} : { columns })
      const display = terminalDisplay(host)
      for (const done of [1, 2, 3]) display.checking(done, 3)
      display.end()
      return host.out()
    }
    assert.equal(shown(), 'Trying 3 cheats on the rewards\n')
    assert.match(shown(60), /1 of 3 cheats tried on the rewards[^]*3 of 3 cheats tried/)
  })

  it('redraws one line on a terminal, never wider than it', () => {
    const host = testHost({ columns: 50 })
    const display = terminalDisplay(host)
    for (const one of story()) if (one.type !== 'evaluation' && one.type !== 'runFinished') display.event(one)
    display.end()
    const step1 = 'step 1/2  reward 0.300  train pass@1 0.300  9,32…'
    const step2 = 'step 2/2  reward 0.500  train pass@1 0.500  9,32…'
    assert.equal(host.out(), [
      'Starting run r1 in /runs/chain--base--r1\nStage rl: 2 steps\n', step1, 'Warning at step 1: evil red txet\n' + step1, step2 + '\n'
    ].join('\r\u001b[2K'))
  })

  it('logs a supervised stage by tenths', () => {
    const host = testHost()
    const display = terminalDisplay(host)
    for (let done = 1; done <= 200; done++) display.event(event({ type: 'stageProgress', step: 0, stage: 'sft', done, of: 200, loss: 1 / done, tokensPerSecond: 17_000 }))
    const lines = host.out().trimEnd().split('\n')
    assert.equal(lines.length, 11)
    assert.deepEqual([lines[0], lines[1], lines[10]], [
      'sft 1/200  loss 1.0000  17,000 tokens/s', 'sft 20/200  loss 0.0500  17,000 tokens/s', 'sft 200/200  loss 0.0050  17,000 tokens/s'
    ])
  })

  it('says what went wrong on the way', () => {
    const host = testHost()
    const display = terminalDisplay(host)
    display.event(event({ type: 'engineRestarted', step: 3, reason: 'it was killed', redoStep: 4 }))
    display.event(event({ type: 'recovered', step: 0, what: 'a half line', detail: 'metrics.jsonl:7 left out' }))
    assert.equal(host.out(), 'The engine was started again (it was killed); step 4 is done again.\nRecovered a half line: metrics.jsonl:7 left out\n')
  })

  it('keeps stdout for events under --json', () => {
    const host = testHost()
    const display = jsonDisplay(host)
    for (const one of story()) display.event(one)
    display.notice('Stopping')
    display.end()
    assert.deepEqual(host.out().trimEnd().split('\n').map((line) => JSON.parse(line)), story())
    assert.equal(host.err(), 'Stopping\n')
  })

  it('tells a run as a story: before, in the middle, after', () => {
    const host = testHost()
    const display = storyDisplay(host, read)
    for (const one of story()) display.event(one)
    display.end()
    assert.equal(host.out(), [
      'Starting run r1 in /runs/chain--base--r1',
      'Stage rl: 2 steps',
      'held-out problems before: pass@1 0.280 [0.260, 0.300]  pass@16 0.950 [0.930, 0.970]  greedy 0.310 [0.290, 0.330]  true steps 0.800 [0.780, 0.820]',
      '',
      'Before training  26 * 2 + 6 :',
      '    26 * 2 + 6 = 9  ✗ false: the value is 8.',
      '    answer 9        ✗',
      '    wrong  ·  answer 0.000: expected 8',
      '',
      'step 1/2  reward 0.300  train pass@1 0.300  9,322 tokens/s  1:05 left',
      '',
      'At step 1  26 * 2 + 6 :',
      '    26 * 2 = 2    ✓',
      '    2 + 6 = 9     ✗ false: the value is 8.',
      '    answer 9      ✗',
      '    wrong  ·  answer 0.000: expected 8',
      '',
      'Warning at step 1: evil red txet',
      'step 2/2  reward 0.500  train pass@1 0.500  9,322 tokens/s  0 s left',
      'held-out problems after: pass@1 0.680 [0.660, 0.700]  pass@16 0.950 [0.930, 0.970]  greedy 0.710 [0.690, 0.730]  true steps 0.800 [0.780, 0.820]',
      '',
      'After step 2  26 * 2 + 6 :',
      '    26 * 2 = 2    ✓',
      '    2 + 6 = 8     ✓',
      '    answer 8      ✓',
      '    right  ·  answer 1.000: expected 8',
      '',
      ...SUMMARY, ''
    ].join('\n'))
    assert.deepEqual(display.last(), { model: '/runs/chain--base--r1/model', prompt: '26 * 2 + 6 :' })
  })

  it('prints hostile rollouts as text, also without steps', () => {
    const { env, stdout } = testHost()
    const text = rolloutText(
      { problem: 'a\u001b[2Jb', text: 'one\n\u202etwo\u001b]0;x\u0007', correct: null, steps: [], parts: [{ name: 'module\n', score: null, weight: 1, why: 'threw\r\nout' }] },
      'Title', stylesFor(stdout, env))
    assert.equal(text, 'Title  ab\n    one\n    two\n    not graded  ·  module not scorable: threw out')
  })

  it('shows a stopped run by what there is', () => {
    const stopped = summary('stopped')
    const text = summaryText({ ...stopped, heldOut: { before: evaluation(0.28) }, gain: undefined, retention: {} })
    assert.match(text, /pass@1 {6}0\.280 \[0\.260, 0\.300\] {6}–/)
    assert.doesNotMatch(text, /Gain|Elsewhere/)
    assert.doesNotMatch(summaryText({ ...stopped, heldOut: {}, gain: undefined, retention: {} }), /Held-out/)
  })
})
