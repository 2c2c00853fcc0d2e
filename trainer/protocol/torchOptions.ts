import { z } from 'zod'
import { Positive, PositiveCount, Share } from './numbers.ts'

/** Low-rank adapters, trained in place of the weights (Hu et al. 2021). */
export const LoraOptions = z.strictObject({
  rank: PositiveCount.default(16).describe('Rank of an adapter’s two matrices: larger can learn more and takes more memory.'),
  alpha: Positive.default(32).describe('The adapter’s output is scaled by alpha / rank.'),
  dropout: Share.default(0).describe('Share of an adapter’s inputs that are dropped in training.'),
  targets: z.array(z.string().min(1)).default([]).describe('Names of the linear layers that get an adapter, such as q_proj; none = every linear layer but the output head.')
})
export type LoraOptions = z.infer<typeof LoraOptions>

/** What a run file says to the engine `torch`. Which Python runs it is the machine's to say. */
export const TorchOptions = z.strictObject({
  dtype: z.enum(['float32', 'bfloat16']).default('float32').describe('What the model computes in. bfloat16 is faster and takes less memory on GPUs that have it.'),
  masterWeights: z.boolean().default(true).describe('With bfloat16: keep the weights in float32, so that small updates are not lost. False halves the memory of the weights. With LoRA the adapters are float32 and the weights below them bfloat16 either way.'),
  lora: LoraOptions.nullable().default(null).describe('Train low-rank adapters in place of all weights; saved models have them merged.'),
  gradientCheckpointing: z.boolean().default(false).describe('Compute activations again in the backward pass: less memory, about a third more time.'),
  attention: z.enum(['auto', 'sdpa', 'flash', 'eager']).default('auto').describe('auto: the fastest that this device has; eager: the model’s own, padded.'),
  sampler: z.enum(['auto', 'own', 'vllm']).default('auto').describe('own: the engine’s decoder; vllm: vLLM, from the Python that this machine names for it (--vllm-python, rolloutLab.vllmPython or ROLLOUT_LAB_VLLM_PYTHON); auto: vLLM where one is named and the device is a GPU (cuda), else own.'),
  device: z
    .enum(['auto', 'cpu', 'mps', 'cuda', 'cuda:0', 'cuda:1', 'cuda:2', 'cuda:3', 'cuda:4', 'cuda:5', 'cuda:6', 'cuda:7', 'cuda:8', 'cuda:9', 'cuda:10', 'cuda:11', 'cuda:12', 'cuda:13', 'cuda:14', 'cuda:15'])
    .default('auto')
    .describe('auto: a GPU where PyTorch finds one, else the CPU. cuda stands for ROCm too.')
})
export type TorchOptions = z.infer<typeof TorchOptions>
