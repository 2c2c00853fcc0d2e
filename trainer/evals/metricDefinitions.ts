/** What a recorded number is, for everyone who shows it. */
export interface MetricDefinition {
  readonly title: string
  /** One sentence: what is measured, how, over what. */
  readonly definition: string
  readonly unit: 'reward' | 'share' | 'nats' | 'tokens' | 'rollouts' | 'groups' | 'ratio' | 'L2 norm' | 'tokens/s' | 'seconds' | 'per step' | 'loss' | 'executions' | 'executions/s' | 'tests' | 'bytes' | 'watts' | 'as logged'
  /** What the number is divided by, or taken over. */
  readonly denominator: string
}

const ROLLOUTS = 'scorable rollouts of the step'
const GROUPS = 'groups of the step with a scorable rollout'
const TOKENS = 'completion tokens of the step that the policy wrote'
const FIRST = 'tokens of the first update that the policy wrote'
const TRAINED = 'tokens that count in the loss, over all updates of the step'
const JUDGED = 'tests of the step with a verdict'
const NONE = 'none'

const define = (title: string, unit: MetricDefinition['unit'], denominator: string, definition: string): MetricDefinition => ({
  title, definition, unit, denominator
})

/** Everything that a step records, by name. A name that ends in `*` stands for a family, one member per part, reason or phase. */
export const METRIC_DEFINITIONS = {
  'reward/mean': define('Reward', 'reward', ROLLOUTS, 'Mean total reward.'),
  'reward/std': define('Reward spread', 'reward', ROLLOUTS, 'Sample standard deviation (n − 1) of the total reward.'),
  'reward/standardError': define(
    'Standard error of the reward', 'reward', GROUPS,
    'Sample standard deviation (n − 1) of the groups’ mean total rewards over √groups: rollouts of one problem are alike and do not count as independent.'
  ),
  'reward/part/*': define(
    'Reward part', 'reward', 'rollouts of the step where this part has a score',
    'Mean score of the part, before its weight.'
  ),
  'train/passAt1': define(
    'pass@1 on training problems', 'share', 'rollouts of the step with a verdict',
    'Share of right completions, as sampled for training, refinements left out.'
  ),
  'rollouts/total': define('Rollouts', 'rollouts', NONE, 'Rollouts sampled.'),
  'rollouts/notScorable': define(
    'Not scorable', 'rollouts', NONE,
    'Rollouts whose total reward is null: something failed; they are not trained on.'
  ),
  'refinements/total': define('Refinements', 'rollouts', NONE, 'Failed rollouts that were tried again after a critique.'),
  'refinements/right': define(
    'Refinements right', 'share', 'refinements of the step with a verdict',
    'Share of refinements that are right; what they refine was wrong.'
  ),
  'groups/total': define('Groups', 'groups', NONE, 'Problems drawn, each with its group of rollouts.'),
  'groups/kept': define('Groups kept', 'share', 'groups of the step', 'Share of groups that the filter let through to training, refinements counted.'),
  'groups/dropped/*': define('Groups dropped', 'groups', NONE, 'Groups that the filter dropped for this reason.'),
  'groups/zeroVariance': define(
    'Zero-variance groups', 'share', GROUPS,
    'Share of groups whose rewards, a KL penalty left out, are all equal: no group-relative signal.'
  ),
  'groups/allRight': define('Groups all right', 'share', GROUPS, 'Share of groups with only right completions.'),
  'groups/allWrong': define('Groups all wrong', 'share', GROUPS, 'Share of groups with only wrong completions.'),
  'groups/sweetSpot': define('Groups of middle difficulty', 'share', GROUPS, 'Share of groups with 30 to 70 % right completions.'),
  'policy/entropy': define(
    'Token entropy', 'nats', TOKENS,
    'Mean entropy of the policy’s next-token distribution at temperature 1, exact over the vocabulary.'
  ),
  'kl/k1': define('KL to reference, k1', 'nats', TOKENS, 'Mean of log π − log π_ref per token, π as it was sampled from at temperature 1: unbiased, may be negative.'),
  'kl/k2': define('KL to reference, k2', 'nats', TOKENS, 'Mean of (log π_ref − log π)²/2 per token: biased value, low variance.'),
  'kl/k3': define(
    'KL to reference, k3', 'nats', TOKENS,
    'Mean of eᵘ − 1 − u per token, u = log π_ref − log π: unbiased, not negative, heavy-tailed.'
  ),
  'mismatch/mean': define(
    'Sampler–trainer mismatch', 'nats', FIRST,
    'Mean |Δ log π| of the same token under sampler and trainer, before the first update. vLLM tells log π at temperature 1 without filters alone.'
  ),
  'mismatch/max': define(
    'Largest sampler–trainer mismatch', 'nats', `maximum over the ${FIRST}`,
    'Largest |Δ log π| of the same token under sampler and trainer, before the first update. vLLM tells log π at temperature 1 without filters alone.'
  ),
  'ratio/mean': define('Importance ratio', 'ratio', TRAINED, 'Mean of π/π_behaviour; 1 where the loss has no ratio.'),
  'ratio/max': define('Largest importance ratio', 'ratio', 'maximum over those tokens', 'Largest π/π_behaviour.'),
  'ratio/clippedLow': define('Clipped low', 'share', TRAINED, 'Share of tokens whose gradient the lower clip cut.'),
  'ratio/clippedHigh': define('Clipped high', 'share', TRAINED, 'Share of tokens whose gradient the upper clip cut.'),
  'loss/total': define('Loss', 'loss', 'updates of the step', 'Mean loss before each update, all terms with their weights.'),
  'preferences/accuracy': define('Preferred', 'share', 'pairs of the update', 'Share of pairs whose chosen side has gained more over the reference than the rejected one.'),
  'preferences/margin': define(
    'Margin', 'nats', 'pairs of the update',
    'Mean of log π/π_ref of the chosen side minus that of the rejected one, summed over tokens; without a reference of log π.'
  ),
  'preferences/chosen': define('Chosen against reference', 'nats', 'pairs of the update', 'Mean of log π/π_ref of the chosen side, summed over tokens: below 0 it has become less likely.'),
  'gradient/norm': define('Gradient norm', 'L2 norm', 'updates of the step', 'Mean global norm of the gradient before clipping.'),
  'update/norm': define('Update norm', 'L2 norm', 'updates of the step', 'Mean global norm of the change of the weights.'),
  'update/relative': define('Relative update', 'ratio', 'updates of the step', 'Mean of update norm / norm of the weights.'),
  'optimizer/learningRate': define('Learning rate', 'per step', NONE, 'Learning rate of the last update, after warm-up and decay.'),
  'length/mean': define('Length', 'tokens', 'rollouts of the step', 'Mean completion tokens that the policy wrote.'),
  'length/median': define('Median length', 'tokens', 'rollouts of the step', 'Median completion tokens that the policy wrote.'),
  'length/p95': define('Length, 95th percentile', 'tokens', 'rollouts of the step', '95th percentile of the completion tokens that the policy wrote.'),
  'length/right/mean': define('Length when right', 'tokens', 'right rollouts of the step', 'Mean completion tokens that the policy wrote.'),
  'length/right/median': define('Median length when right', 'tokens', 'right rollouts of the step', 'Median completion tokens that the policy wrote.'),
  'length/right/p95': define(
    'Length when right, 95th percentile', 'tokens', 'right rollouts of the step',
    '95th percentile of the completion tokens that the policy wrote.'
  ),
  'length/wrong/mean': define('Length when wrong', 'tokens', 'wrong rollouts of the step', 'Mean completion tokens that the policy wrote.'),
  'length/wrong/median': define('Median length when wrong', 'tokens', 'wrong rollouts of the step', 'Median completion tokens that the policy wrote.'),
  'length/wrong/p95': define(
    'Length when wrong, 95th percentile', 'tokens', 'wrong rollouts of the step',
    '95th percentile of the completion tokens that the policy wrote.'
  ),
  'length/truncated': define('Truncated', 'share', 'rollouts of the step', 'Share of completions cut off at the token limit.'),
  'steps/truth': define(
    'Step truth', 'share', 'checkable steps of the step’s rollouts',
    'Share of the steps of the traces that are true, whatever the answer was.'
  ),
  'executions/total': define('Executions', 'executions', NONE, 'Programs of the step’s rollouts that were run, each turn counted.'),
  'executions/perSecond': define(
    'Execution speed', 'executions/s', 'seconds in which at least one execution was going on',
    'Programs run and judged per second; what an earlier attempt at the step had run is left out.'
  ),
  'executions/timeShare': define(
    'Time share of executions', 'share', 'wall seconds of the step',
    'Share of the step’s time in which at least one execution was going on, most of it while others were sampled.'
  ),
  'executions/failed': define(
    'Executions that failed', 'share', 'executions of the step',
    'Share of executions that the machine could not carry out, retries included: no verdict, no reward, not trained on.'
  ),
  'executions/retries': define('Retries', 'executions', NONE, 'Tries that the machine failed at and that were made again.'),
  'executions/seconds': define('Time of an execution', 'seconds', 'executions of the step with verdicts', 'Mean seconds from the hand-over to a worker to its answer, waiting left out.'),
  'executions/queueSeconds': define('Wait for an execution', 'seconds', 'executions of the step', 'Mean seconds that a program waited to be run.'),
  'tests/passed': define('Tests passed', 'share', JUDGED, 'Share of tests that pass.'),
  'tests/failed/*': define('Tests failed', 'tests', NONE, 'Tests that did not pass for this reason.'),
  'tests/notJudged': define('Tests not judged', 'share', 'tests of the step', 'Share of tests without a verdict: the machine failed.'),
  'tamper/rollouts': define('Marks of cheating', 'share', 'rollouts of the step with an execution', 'Share of rollouts where an execution showed a mark of cheating.'),
  'tamper/kind/*': define('Mark of cheating', 'rollouts', NONE, 'Rollouts where an execution showed this mark.'),
  'device/memoryBytes': define('Device memory', 'bytes', NONE, 'Memory of the GPU that the engine holds at the end of the step’s update.'),
  'device/peakMemoryBytes': define('Peak device memory', 'bytes', 'maximum over the step', 'Most memory of the GPU that the engine held at a time.'),
  'device/utilisation': define('Device utilisation', 'share', 'the driver’s last sampling period, at most a second', 'Share of time in which the GPU computed, as its driver says at the end of the step’s update.'),
  'device/powerWatts': define('Device power', 'watts', NONE, 'Power that the GPU draws, as its driver says at the end of the step’s update.'),
  'throughput/sampled': define('Sampling speed', 'tokens/s', 'seconds of the phase `sample`', 'Completion tokens sampled per second.'),
  'throughput/trained': define(
    'Training speed', 'tokens/s', 'seconds of the phase `update`',
    'Tokens through forward and backward pass per second, padding left out.'
  ),
  'seconds/*': define('Seconds by phase', 'seconds', NONE, 'Wall seconds that the phase took within the step.'),
  'logged/*': define('Logged', 'as logged', NONE, 'Logged under this name, dots in the place of slashes, by the program that recorded the run.')
} as const satisfies Record<string, MetricDefinition>

/** The definition of a recorded name, of its family where it is a member of one. */
export function definitionOf(name: string): MetricDefinition | undefined {
  const definitions: Readonly<Record<string, MetricDefinition>> = METRIC_DEFINITIONS
  return Object.hasOwn(definitions, name) ? definitions[name] : definitions[name.replace(/[^/]*$/, '*')]
}
