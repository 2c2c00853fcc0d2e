import type { Recipe } from './recipe.ts'
import { EXECUTED, FINE_TUNING_OPTIMIZER, ON_POLICY, SUPERVISED_OPTIMIZER, SUPERVISED_STEPS } from './settings.ts'

const MINIMALIST = 'Xiong et al. 2025, A Minimalist Approach to LLM Reasoning: from Rejection Sampling to Reinforce'
const NEGATIVE = 'Zhu et al. 2025, The Surprising Effectiveness of Negative Reinforcement in LLM Reasoning'

export const RECIPES: readonly Recipe[] = [
  {
    name: 'grpo',
    description: 'Group-relative advantages over the group’s standard deviation; the usual start.',
    paper: 'Shao et al. 2024, DeepSeekMath: Pushing the Limits of Mathematical Reasoning in Open Language Models',
    defaults: { ...ON_POLICY, algorithm: { name: 'grpo' } }
  },
  {
    name: 'dr-grpo',
    description: 'GRPO without its length and difficulty bias: no standard deviation, constant-length average.',
    paper: 'Liu et al. 2025, Understanding R1-Zero-Like Training: A Critical Perspective',
    defaults: { ...ON_POLICY, algorithm: { name: 'grpo', scale: 'none', normalisation: 'constant' } }
  },
  {
    name: 'dapo',
    description: 'GRPO with a higher upper clip, token mean, mixed groups only and a soft punishment near the token limit.',
    paper: 'Yu et al. 2025, DAPO: An Open-Source LLM Reinforcement Learning System at Scale',
    defaults: {
      ...ON_POLICY,
      algorithm: { name: 'grpo', clipLow: 0.2, clipHigh: 0.28, normalisation: 'tokenMean' },
      filter: { dropAllRight: true, dropAllWrong: true },
      // The paper's answer is worth 1 or −1 and its punishment up to −1 (arXiv 2503.14476, eq. 13): half the way from wrong to right. Ours is worth 1 or 0.
      rewards: [{ name: 'answer' }, { name: 'length', weight: 0.5 }]
    }
  },
  {
    name: 'gspo',
    description: 'GRPO with one importance ratio per sequence; the paper’s clip range suits learning rates near 1e-6.',
    paper: 'Zheng et al. 2025, Group Sequence Policy Optimization',
    defaults: { ...ON_POLICY, algorithm: { name: 'grpo', ratio: 'sequence', clipLow: 3e-4, clipHigh: 4e-4 } }
  },
  {
    name: 'rloo',
    description: 'REINFORCE against the mean of the other rollouts of the problem: unbiased, nothing to tune.',
    paper: 'Ahmadian et al. 2024, Back to Basics: Revisiting REINFORCE-Style Optimization for Learning from Human Feedback in LLMs',
    defaults: { ...ON_POLICY, algorithm: { name: 'rloo' } }
  },
  {
    name: 'reinforce',
    description: 'REINFORCE against the mean reward of the batch; uniform groups count.',
    paper: 'Williams 1992, Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning',
    defaults: { ...ON_POLICY, algorithm: { name: 'reinforce', baseline: 'batch' } }
  },
  {
    name: 'raft',
    description: 'Maximum likelihood of the right completions: rejection sampling, a strong and simple baseline.',
    paper: MINIMALIST,
    defaults: { ...ON_POLICY, algorithm: { name: 'raft' } }
  },
  {
    name: 'reinforce-rej',
    description: 'Policy gradient on problems with mixed outcomes only, without a standard deviation.',
    paper: MINIMALIST,
    defaults: { ...ON_POLICY, algorithm: { name: 'reinforce-rej' } }
  },
  {
    name: 'lite-ppo',
    description: 'Group mean, standard deviation of the batch, token mean: two tricks on critic-free PPO.',
    paper: 'Liu et al. 2025, Part I: Tricks or Traps? A Deep Dive into RL for LLM Reasoning',
    defaults: { ...ON_POLICY, algorithm: { name: 'lite-ppo' } }
  },
  {
    name: 'w-reinforce',
    description: 'Punishes wrong completions and rewards right ones a tenth as much: keeps diversity, hence pass@k.',
    paper: NEGATIVE,
    defaults: {
      ...ON_POLICY,
      optimizer: { ...ON_POLICY.optimizer, learningRate: 1e-4 },
      algorithm: { name: 'nsr-psr', positive: 0.1, negative: 1 }
    }
  },
  {
    name: 'nsr',
    description: 'Punishes wrong completions and nothing else.',
    paper: NEGATIVE,
    defaults: {
      ...ON_POLICY,
      optimizer: { ...ON_POLICY.optimizer, learningRate: 1e-4 },
      algorithm: { name: 'nsr-psr', positive: 0, negative: 1 }
    }
  },
  {
    name: 'topr',
    description: 'Off-policy REINFORCE with tapered sequence ratios on wrong completions: several updates per step stay stable.',
    paper: 'Le Roux et al. 2025, Tapered Off-Policy REINFORCE: Stable and efficient reinforcement learning for LLMs',
    defaults: {
      ...ON_POLICY,
      updatesPerStep: 2,
      optimizer: { ...ON_POLICY.optimizer, learningRate: 1e-4 },
      algorithm: { name: 'topr' }
    }
  },
  {
    name: 'execution-grpo',
    description: 'GRPO on programs: the reward is whether every test passes, less for marks of cheating. Environment: completions that are programs.',
    paper: 'Le et al. 2022, CodeRL: Mastering Code Generation through Pretrained Models and Deep Reinforcement Learning',
    defaults: { ...ON_POLICY, algorithm: { name: 'grpo', normalisation: 'tokenMean' }, rewards: EXECUTED }
  },
  {
    name: 'execute-retry',
    description: 'The same over several turns: a program that fails is run, what failed is told, and the model writes again; only what the model wrote is trained.',
    paper: 'Gehring et al. 2024, RLEF: Grounding Code LLMs in Execution Feedback with Reinforcement Learning',
    defaults: { ...ON_POLICY, algorithm: { name: 'grpo', normalisation: 'tokenMean' }, rewards: EXECUTED, rollouts: { strategy: 'executeRetry', turns: 2 } }
  },
  {
    name: 'sft',
    description: 'Supervised training on the environment’s demonstrations; `steps` are optimiser steps.',
    paper: 'Ouyang et al. 2022, Training language models to follow instructions with human feedback',
    defaults: { steps: SUPERVISED_STEPS, algorithm: { name: 'sft' }, optimizer: SUPERVISED_OPTIMIZER, stages: [{ name: 'sft' }] }
  },
  {
    name: 'sft-then-grpo',
    description: 'A supervised stage, then GRPO on what it learned.',
    paper: 'Luong et al. 2024, ReFT: Reasoning with Reinforced Fine-Tuning',
    defaults: {
      ...ON_POLICY,
      algorithm: { name: 'grpo' },
      stages: [{ name: 'sft', steps: SUPERVISED_STEPS, algorithm: { name: 'sft' }, optimizer: SUPERVISED_OPTIMIZER }, { name: 'rl' }]
    }
  },
  {
    name: 'sft-labels',
    description: 'Fine-tuning of a trained model on accepted or written traces (`data` of kind solutions).',
    paper: 'Zelikman et al. 2022, STaR: Bootstrapping Reasoning With Reasoning',
    defaults: { steps: 200, algorithm: { name: 'sft' }, optimizer: FINE_TUNING_OPTIMIZER, stages: [{ name: 'sft' }] },
    rows: ['solutions']
  },
  {
    name: 'cft',
    description: 'Critique fine-tuning: maximum likelihood of critiques, given problem and noisy response (`data` of kind critiques).',
    paper: 'Wang et al. 2025, Unleashing the Reasoning Potential of Pre-trained LLMs by Critique Fine-Tuning on One Problem',
    defaults: { steps: 200, algorithm: { name: 'sft' }, optimizer: FINE_TUNING_OPTIMIZER, stages: [{ name: 'cft' }] },
    rows: ['critiques']
  },
  {
    name: 'critique-grpo',
    description: 'Failed rollouts are criticised and refined; refinements join the group with shaped off-policy weights.',
    paper: 'Zhang et al. 2025, Critique-GRPO: Advancing LLM Reasoning with Natural Language and Numerical Feedback',
    defaults: { ...ON_POLICY, algorithm: { name: 'critique-grpo', refinementWeight: 20 }, rollouts: { strategy: 'critiqueRefine' } }
  },
  {
    name: 'critique-rl',
    description: 'A critic in two stages: first rewarded for judging rightly, then for refinements that come out right. Environment: problems that ask for a critique.',
    paper: 'Xi et al. 2025, Critique-RL: Training Language Models for Critiquing through Two-Stage Reinforcement Learning',
    defaults: {
      ...ON_POLICY,
      algorithm: { name: 'rloo' },
      stages: [
        { name: 'judge', rewards: [{ name: 'answer' }] },
        {
          name: 'help', rollouts: { strategy: 'critic' }, rewards: [{ name: 'refined' }, { name: 'answer', weight: 0.5 }],
          regulariser: { kl: { coefficient: 0.01 } }
        }
      ]
    }
  },
  {
    name: 'critique-coder-crl',
    description: 'GRPO on a mixture of problems to solve and, one in five, responses to judge: name both in `environments` by weight.',
    paper: 'Ruan et al. 2025, Critique-Coder: Enhancing Coder Models by Critique Reinforcement Learning',
    defaults: { ...ON_POLICY, algorithm: { name: 'grpo' } }
  },
  {
    name: 'dpo',
    description: 'Direct preference optimisation on pairs (`data` of kind preferences), against the weights it starts from.',
    paper: 'Rafailov et al. 2023, Direct Preference Optimization: Your Language Model is Secretly a Reward Model',
    defaults: { steps: 200, algorithm: { name: 'dpo' }, optimizer: { ...FINE_TUNING_OPTIMIZER, learningRate: 1e-4 }, stages: [{ name: 'dpo' }] }
  },
  {
    name: 'rationale-preference',
    description: 'Preferences whose rationale is learned too: DPO and maximum likelihood of why one side wins.',
    paper: 'Just et al. 2024, Data-Centric Human Preference with Rationales for Direct Preference Alignment',
    defaults: {
      steps: 200, algorithm: { name: 'dpo', rationaleWeight: 0.3 }, optimizer: { ...FINE_TUNING_OPTIMIZER, learningRate: 1e-4 }, stages: [{ name: 'dpo' }]
    }
  },
  {
    name: 'prm',
    description: 'A step reward head, trained on which steps are right (`data` of kind steps); then a reward and a reranker.',
    paper: 'Lightman et al. 2023, Let’s Verify Step by Step',
    defaults: { steps: 300, algorithm: { name: 'prm' }, optimizer: FINE_TUNING_OPTIMIZER, stages: [{ name: 'prm' }] }
  }
]

export const RECIPE_NAMES: readonly string[] = RECIPES.map(({ name }) => name)

export function findRecipe(name: string): Recipe | undefined {
  return RECIPES.find((recipe) => recipe.name === name)
}
