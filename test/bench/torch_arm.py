"""The PyTorch side of the benchmarks: one JSON request a line on standard input, one JSON answer a line.

Stays alive between requests, so that repetitions of both sides can alternate in one run. Every request names its thread
count. Models are Hugging Face folders written by our side: same weights, same shapes.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM

models = {}


def model_of(folder, attention):
    key = (folder, attention)
    if key not in models:
        models[key] = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation=attention)
    return models[key]


def train(request):
    """One step: forward, token-mean policy gradient with clipping, backward, AdamW. Seconds."""
    model = model_of(request["folder"], request["attention"]).train()
    if not hasattr(model, "lab_optimizer"):
        model.lab_optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, betas=(0.9, 0.95), fused=True)
    batch, length = request["batch"], request["length"]
    ids = torch.randint(0, model.config.vocab_size, (batch, length + 1), generator=torch.Generator().manual_seed(1))
    advantages = torch.randn(batch, length, generator=torch.Generator().manual_seed(2))
    start = time.perf_counter()
    model.lab_optimizer.zero_grad(set_to_none=True)
    logp = -F.cross_entropy(model(ids[:, :-1], use_cache=False).logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    ratio = (logp - logp.detach()).exp()
    flat = advantages.flatten()
    loss = -torch.minimum(ratio * flat, ratio.clamp(0.8, 1.2) * flat).mean()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    model.lab_optimizer.step()
    return {"seconds": time.perf_counter() - start}


@torch.inference_mode()
def generate(request):
    """`generate` with its KV cache, sampling at temperature 1, no early end. Seconds."""
    model = model_of(request["folder"], request["attention"]).eval()
    prompt = torch.randint(1, model.config.vocab_size, (request["batch"], request["prompt"]), generator=torch.Generator().manual_seed(1))
    start = time.perf_counter()
    model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=True, top_k=0, min_new_tokens=request["length"],
                   max_new_tokens=request["length"], pad_token_id=0, cache_implementation=request.get("cache"))
    return {"seconds": time.perf_counter() - start}


def rms(x, weight, epsilon):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * weight


class BareLoop:
    """The decoder as a bare PyTorch loop over a preallocated KV cache: no framework between the kernels."""

    def __init__(self, model):
        c, state = model.config, model.state_dict()
        self.c, self.head_size = c, c.head_dim
        layer = lambda l, name: state[f"model.layers.{l}.{name}"]
        self.layers = [dict(
            n1=layer(l, "input_layernorm.weight"), n2=layer(l, "post_attention_layernorm.weight"),
            qkv=torch.cat([layer(l, f"self_attn.{p}_proj.weight") for p in "qkv"]).t().contiguous(),
            qn=layer(l, "self_attn.q_norm.weight"), kn=layer(l, "self_attn.k_norm.weight"),
            o=layer(l, "self_attn.o_proj.weight").t().contiguous(),
            gu=torch.cat([layer(l, f"mlp.{p}_proj.weight") for p in ("gate", "up")]).t().contiguous(),
            down=layer(l, "mlp.down_proj.weight").t().contiguous()) for l in range(c.num_hidden_layers)]
        self.embedding, self.norm = state["model.embed_tokens.weight"], state["model.norm.weight"]

    def rotate(self, x, cos, sin):
        h = self.head_size // 2
        return x * cos + torch.cat([-x[..., h:], x[..., :h]], -1) * sin

    def step(self, ids, cache, position):
        c, hd = self.c, self.head_size
        batch, groups = ids.shape[0], c.num_attention_heads // c.num_key_value_heads
        angle = position / 10000.0 ** (torch.arange(0, hd, 2) / hd)
        cos, sin = torch.cat([angle.cos()] * 2), torch.cat([angle.sin()] * 2)
        x = self.embedding[ids]
        for l, w in enumerate(self.layers):
            heads = (rms(x, w["n1"], c.rms_norm_eps) @ w["qkv"]).view(batch, -1, hd)
            q, k, v = heads.split([c.num_attention_heads, c.num_key_value_heads, c.num_key_value_heads], 1)
            q, k = self.rotate(rms(q, w["qn"], c.rms_norm_eps), cos, sin), self.rotate(rms(k, w["kn"], c.rms_norm_eps), cos, sin)
            keys, values = cache[l]
            keys[:, :, position], values[:, :, position] = k, v
            q = q.reshape(batch, c.num_key_value_heads, groups, hd)
            scores = q @ keys[:, :, : position + 1].transpose(-1, -2) / hd**0.5
            x = x + (scores.softmax(-1) @ values[:, :, : position + 1]).reshape(batch, -1) @ w["o"]
            gate, up = (rms(x, w["n2"], c.rms_norm_eps) @ w["gu"]).chunk(2, -1)
            x = x + (F.silu(gate) * up) @ w["down"]
        return rms(x, self.norm, c.rms_norm_eps) @ self.embedding.t()


@torch.inference_mode()
def bare_loop(request):
    """Sampling with log-probabilities by BareLoop. Seconds."""
    model = model_of(request["folder"], "sdpa").eval()
    loop, c, batch = BareLoop(model), model.config, request["batch"]
    total = request["prompt"] + request["length"]
    prompt = torch.randint(1, c.vocab_size, (batch, request["prompt"]), generator=torch.Generator().manual_seed(1))
    start = time.perf_counter()
    shape = (batch, c.num_key_value_heads, total, loop.head_size)
    cache = [(torch.empty(shape), torch.empty(shape)) for _ in loop.layers]
    ids = prompt[:, 0]
    for position in range(total - 1):
        logp = loop.step(ids, cache, position).log_softmax(-1)
        drawn = torch.multinomial(logp.exp(), 1)
        logp.gather(1, drawn)
        ids = prompt[:, position + 1] if position + 1 < request["prompt"] else drawn[:, 0]
    return {"seconds": time.perf_counter() - start}


def versions(_):
    import transformers
    return {"torch": torch.__version__, "transformers": transformers.__version__, "python": sys.version.split()[0]}


COMMANDS = {f.__name__: f for f in (train, generate, bare_loop, versions)}

if __name__ == "__main__":
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request.get("threads", 2))
        print(json.dumps(COMMANDS[request["command"]](request)), flush=True)
