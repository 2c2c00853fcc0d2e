"""PyTorch's answers to compare ours with. Reads one JSON request on standard input, writes one JSON answer.

Needs torch, transformers and safetensors; never used at run time.
"""
import json
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

torch.set_num_threads(2)


def load(folder, dtype=torch.float32):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation="eager")
    return model.eval()


def make_model(request):
    """Writes a model with random weights of unusual scale, so that no term of the forward pass is negligible."""
    torch.manual_seed(request["seed"])
    config = AutoConfig.for_model(request["model_type"], **request["config"])
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1 and "bias" not in name:
                parameter.copy_(1 + 0.2 * torch.randn_like(parameter))
            else:
                parameter.copy_(torch.randn_like(parameter) * 0.08)
    model.to(getattr(torch, request.get("dtype", "float32")))
    model.save_pretrained(request["folder"], max_shard_size=request.get("max_shard_size", "5GB"))
    return {"parameters": sum(p.numel() for p in model.parameters())}


def logits(request):
    model = load(request["folder"])
    with torch.no_grad():
        return {"logits": [model(torch.tensor([ids])).logits[0].tolist() for ids in request["ids"]]}


def policy_gradient(term, logp, sequence):
    advantages = torch.tensor(sequence["advantages_T"], dtype=logp.dtype)
    if term["ratio"] == "none":
        return -advantages * logp
    difference = logp - torch.tensor(sequence["behaviourLogprobs_T"], dtype=logp.dtype)
    if term["ratio"] == "sequence":
        mask = torch.tensor(sequence["mask_T"], dtype=logp.dtype)
        # GSPO: the geometric mean of the token ratios, each token's gradient through it.
        difference = ((difference * mask).sum() / mask.sum()).expand_as(difference)
    ratio = difference.exp()
    low = 1 - term["clipLow"] if "clipLow" in term else 0.0
    high = 1 + term["clipHigh"] if "clipHigh" in term else float("inf")
    return -torch.minimum(ratio * advantages, ratio.clamp(low, high) * advantages)


def term_values(term, logp, entropy, sequence):
    kind = term["kind"]
    if kind == "policyGradient":
        return policy_gradient(term, logp, sequence)
    if kind == "crossEntropy":
        return -torch.tensor(sequence.get("weights_T", [1.0] * len(logp)), dtype=logp.dtype) * logp
    if kind == "entropyBonus":
        return -entropy
    u = torch.tensor(sequence["referenceLogprobs_T"], dtype=logp.dtype) - logp
    return {"k1": -u, "k2": u**2 / 2, "k3": u.exp() - 1 - u}[term["estimator"]]


def normalisers(normalisation, sequences):
    """Weight of a token of each sequence."""
    counts = [sum(s["mask_T"]) for s in sequences]
    kind = normalisation["kind"]
    if kind == "tokenMean":
        return [1 / normalisation.get("denominator", sum(counts))] * len(counts)
    denominator = normalisation.get("denominator", len(counts))
    if kind == "sequenceMean":
        return [1 / (denominator * max(count, 1)) for count in counts]
    return [1 / (denominator * normalisation["length"])] * len(counts)


def gradients(request):
    """Loss, log-probabilities and the gradient of every parameter, in the precision asked for (float64: the truth)."""
    model = load(request["folder"], getattr(torch, request.get("dtype", "float64")))
    sequences, terms = request["sequences"], request["loss"]["terms"]
    weights = normalisers(request["loss"]["normalisation"], sequences)
    total, all_logp, all_entropy = 0.0, [], []
    for sequence, weight in zip(sequences, weights):
        prompt, completion = sequence["prompt"], sequence["completion"]
        scores = model(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
        logp = scores.gather(1, torch.tensor(completion)[:, None])[:, 0]
        entropy = -(scores.exp() * scores).sum(-1)
        mask = torch.tensor(sequence["mask_T"], dtype=logp.dtype)
        for term in terms:
            total = total + term["weight"] * weight * (mask * term_values(term, logp, entropy, sequence)).sum()
        all_logp.append(logp.tolist())
        all_entropy.append(entropy.tolist())
    total.backward()
    found = {name: p.grad.to(torch.float32).contiguous() for name, p in model.named_parameters() if p.grad is not None}
    save_file(found, request["gradients"])
    return {"loss": total.item(), "logprobs": all_logp, "entropies": all_entropy}


def optimiser(request):
    """Weights after AdamW steps on a fixed gradient sequence, with global-norm clipping."""
    parameter = torch.nn.Parameter(torch.tensor(request["weights"], dtype=torch.float64))
    options = request["options"]
    if options["name"] == "sgd":
        optimizer = torch.optim.SGD([parameter], lr=options["learningRate"])
    else:
        optimizer = torch.optim.AdamW(
            [parameter], lr=options["learningRate"], betas=(options["beta1"], options["beta2"]),
            eps=options["epsilon"], weight_decay=options["weightDecay"])
    norms = []
    for gradient in request["gradients"]:
        parameter.grad = torch.tensor(gradient, dtype=torch.float64)
        norms.append(torch.nn.utils.clip_grad_norm_([parameter], options["maxGradNorm"] or float("inf")).item())
        optimizer.step()
    return {"weights": parameter.tolist(), "norms": norms}


def encode(request):
    """What transformers' tokenizer makes of texts, and back."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(request["folder"])
    ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in request["texts"]]
    return {"ids": ids, "texts": [tokenizer.decode(i, skip_special_tokens=True) for i in ids]}


COMMANDS = {f.__name__: f for f in (make_model, logits, gradients, optimiser, encode)}

if __name__ == "__main__":
    request = json.load(sys.stdin)
    json.dump(COMMANDS[request["command"]](request), sys.stdout)
