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
    ids = torch.randint(1, model.config.vocab_size, (batch, length + 1), generator=torch.Generator().manual_seed(1))
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


def random_prompt(model, request):
    """Tokens [B, T] without the end of text, which is token 0."""
    return torch.randint(1, model.config.vocab_size, (request["batch"], request["prompt"]), generator=torch.Generator().manual_seed(1))


@torch.inference_mode()
def generate(request):
    """`generate` with its KV cache, sampling at temperature 1; the models' end of text is never drawn. Seconds."""
    model = model_of(request["folder"], request["attention"]).eval()
    prompt = random_prompt(model, request)
    start = time.perf_counter()
    tokens = model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=True, top_k=0, max_new_tokens=request["length"],
                            pad_token_id=0, cache_implementation=request["cache"])
    seconds = time.perf_counter() - start
    assert (tokens[:, request["prompt"]:] != 0).all() and tokens.shape[1] == request["prompt"] + request["length"]
    return {"seconds": seconds}


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
        self.periods = 10000.0 ** (torch.arange(0, self.head_size, 2) / self.head_size)

    def rotate(self, x, cos, sin):
        h = self.head_size // 2
        return x * cos + torch.cat([-x[..., h:], x[..., :h]], -1) * sin

    def logits(self, ids, cache, position):
        """Logits behind the last of ids [B, T], which stand at `position` and after; their keys and values go into the cache."""
        c, hd = self.c, self.head_size
        batch, length = ids.shape
        end, groups = position + length, c.num_attention_heads // c.num_key_value_heads
        angle = torch.arange(position, end)[:, None] / self.periods
        cos, sin = torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1)
        future = torch.full((length, end), float("-inf")).triu(position + 1).repeat(groups, 1) if length > 1 else None
        x = self.embedding[ids]
        for l, w in enumerate(self.layers):
            heads = (rms(x, w["n1"], c.rms_norm_eps) @ w["qkv"]).view(batch, length, -1, hd).transpose(1, 2)
            q, k, v = heads.split([c.num_attention_heads, c.num_key_value_heads, c.num_key_value_heads], 1)
            q, k = self.rotate(rms(q, w["qn"], c.rms_norm_eps), cos, sin), self.rotate(rms(k, w["kn"], c.rms_norm_eps), cos, sin)
            keys, values = cache[l]
            keys[:, :, position:end], values[:, :, position:end] = k, v
            scores = q.reshape(batch, c.num_key_value_heads, groups * length, hd) @ keys[:, :, :end].transpose(-1, -2) / hd**0.5
            if future is not None:
                scores = scores + future
            mixed = (scores.softmax(-1) @ values[:, :, :end]).view(batch, c.num_attention_heads, length, hd)
            x = x + mixed.transpose(1, 2).reshape(batch, length, -1) @ w["o"]
            gate, up = (rms(x, w["n2"], c.rms_norm_eps) @ w["gu"]).chunk(2, -1)
            x = x + (F.silu(gate) * up) @ w["down"]
        return rms(x[:, -1], self.norm, c.rms_norm_eps) @ self.embedding.t()


@torch.inference_mode()
def bare_loop(request):
    """Sampling with log-probabilities by BareLoop: the prompt at once, then a token a time. Seconds."""
    model = model_of(request["folder"], "sdpa").eval()
    loop, c, batch = BareLoop(model), model.config, request["batch"]
    ids = random_prompt(model, request)
    start = time.perf_counter()
    shape = (batch, c.num_key_value_heads, request["prompt"] + request["length"], loop.head_size)
    cache = [(torch.empty(shape), torch.empty(shape)) for _ in loop.layers]
    position, drawn = 0, []
    for _ in range(request["length"]):
        logp = loop.logits(ids, cache, position).log_softmax(-1)
        position += ids.shape[1]
        ids = torch.multinomial(logp.exp(), 1)
        drawn.append((ids, logp.gather(1, ids)))
    return {"seconds": time.perf_counter() - start}


@torch.inference_mode()
def bare_loop_error(request):
    """Largest difference of BareLoop's logits from the model's own, prompt at once and then one token: the loop computes the model."""
    model = model_of(request["folder"], "sdpa").eval()
    loop, c, ids = BareLoop(model), model.config, random_prompt(model, request)
    shape = (request["batch"], c.num_key_value_heads, request["prompt"], loop.head_size)
    cache = [(torch.empty(shape), torch.empty(shape)) for _ in loop.layers]
    first, last = loop.logits(ids[:, :-1], cache, 0), loop.logits(ids[:, -1:], cache, request["prompt"] - 1)
    wanted = model(ids).logits
    return {"error": max((first - wanted[:, -2]).abs().max().item(), (last - wanted[:, -1]).abs().max().item())}


def gemm(_):
    """Median rate of a 1024³ product in GFLOP/s."""
    a, b, rates = torch.rand(1024, 1024), torch.rand(1024, 1024), []
    for _ in range(40):
        start = time.perf_counter()
        a @ b
        rates.append(2 * 1024**3 / (time.perf_counter() - start) / 1e9)
    return {"gflops": sorted(rates)[20]}


def versions(_):
    import transformers
    return {"torch": torch.__version__, "transformers": transformers.__version__, "python": sys.version.split()[0]}


COMMANDS = {f.__name__: f for f in (train, generate, bare_loop, bare_loop_error, gemm, versions)}

if __name__ == "__main__":
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request.get("threads", 2))
        print(json.dumps(COMMANDS[request["command"]](request)), flush=True)
