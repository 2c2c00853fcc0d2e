"""PyTorch's and transformers' answers, to compare ours with. Never used at run time.

Reads one JSON request a line on standard input and writes one JSON answer a line: {"result": …} or {"error": …}.
"""
import json
import sys
import traceback
import types

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForTokenClassification, PreTrainedTokenizerFast

import agreement

torch.set_num_threads(1)


def load(folder, dtype=torch.float32, attention="eager", kind=AutoModelForCausalLM, without=()):
    """Every tensor of the folder has to have its place in the model (but those of `without`), and every parameter its tensor."""
    model, info = kind.from_pretrained(
        folder, dtype=dtype, attn_implementation=attention, output_loading_info=True)
    wrong = {key: sorted(map(str, found)) for key, found in info.items() if set(map(str, found)) - set(without)}
    if wrong:
        raise ValueError(f"{folder} does not fit its model: {wrong}")
    return model.eval()


def make_model(request):
    """Writes a model with random weights large enough that no part of the forward pass is negligible."""
    torch.manual_seed(request["seed"])
    config = AutoConfig.for_model(request["model_type"], **request["config"])
    kind = AutoModelForTokenClassification if request.get("classifier") else AutoModelForCausalLM
    model = kind.from_config(config, dtype=torch.float32)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("norm.weight"):
                parameter.copy_(1 + 0.2 * torch.randn_like(parameter))
            else:
                parameter.copy_(0.2 * torch.randn_like(parameter))
    model.to(getattr(torch, request["dtype"]))
    model.save_pretrained(request["folder"], max_shard_size=request["max_shard_size"])


def logits(request):
    model = load(request["folder"])
    with torch.no_grad():
        return [model(torch.tensor([ids])).logits[0].tolist() for ids in request["ids"]]


def double_norm(self, x):
    return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon)


def double_rotary(self, x, position_ids):
    size = 2 * len(self.inv_freq)
    theta = self.config.rope_parameters["rope_theta"]
    frequencies = theta ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angles = (position_ids[..., None].double() * frequencies).repeat(1, 1, 2)
    return angles.cos(), angles.sin()


def load_in_double(folder, **options):
    """transformers rounds norms, rotary angles and eager softmax to float32 whatever the model's precision; this does not."""
    model = load(folder, torch.float64, attention="sdpa", **options)
    for module in model.modules():
        if type(module).__name__.endswith("RMSNorm"):
            module.forward = types.MethodType(double_norm, module)
        if type(module).__name__.endswith("RotaryEmbedding"):
            module.forward = types.MethodType(double_rotary, module)
    return model


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
        return -torch.tensor(sequence["weights_T"], dtype=logp.dtype) * logp
    if kind == "entropyBonus":
        return -entropy
    u = torch.tensor(sequence["referenceLogprobs_T"], dtype=logp.dtype) - logp
    return {"k1": -u, "k2": u**2 / 2, "k3": u.exp() - 1 - u}[term["estimator"]]


def pair_value(term, scores, sequences, denominator):
    """DPO and its relatives, over the pairs of a call."""
    sides = {}
    for (logp, _), sequence in zip(scores, sequences):
        if "pair" in sequence:
            mask = torch.tensor(sequence["mask_T"], dtype=logp.dtype)
            ratio = ((logp - torch.tensor(sequence["referenceLogprobs_T"], dtype=logp.dtype)) * mask).sum()
            sides[sequence["pair"]["name"], sequence["pair"]["side"]] = ratio / mask.sum() if term.get("lengthNormalised") else ratio
    losses = []
    for name in {name for name, _ in sides}:
        z = term["beta"] * (sides[name, "chosen"] - sides[name, "rejected"]) - term.get("margin", 0)
        smoothing = term.get("labelSmoothing", 0)
        logsigmoid = torch.nn.functional.logsigmoid
        losses.append({
            "sigmoid": -(1 - smoothing) * logsigmoid(z) - smoothing * logsigmoid(-z),
            "hinge": torch.relu(1 - z),
            "ipo": (z / term["beta"] - 1 / (2 * term["beta"])) ** 2,
        }[term["variant"]])
    return sum(losses) / (denominator or len(losses))


def token_weights(normalisation, sequences):
    """Weight of an unmasked token of each sequence."""
    counts = [sum(s["mask_T"]) for s in sequences]
    kind = normalisation["kind"]
    if kind == "tokenMean":
        return [1 / normalisation.get("denominator", sum(counts))] * len(counts)
    denominator = normalisation.get("denominator", len(counts))
    if kind == "sequenceMean":
        return [1 / (denominator * max(count, 1)) for count in counts]
    return [1 / (denominator * normalisation["length"])] * len(counts)


def score(model, sequence):
    """Log-probability and entropy of every completion token, with their graph."""
    prompt, completion = sequence["prompt"], sequence["completion"]
    scores = model(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
    logp = scores.gather(1, torch.tensor(completion)[:, None])[:, 0]
    return logp, -(scores.exp() * scores).sum(-1)


def gradients(request):
    """Of each loss: its terms, the log-probabilities and entropies, and a file with the gradient of every parameter."""
    model = load_in_double(request["folder"])
    answers = []
    for loss, file in zip(request["losses"], request["files"]):
        model.zero_grad()
        terms = [torch.zeros((), dtype=torch.float64) for _ in loss["terms"]]
        tokens = []
        scores = [score(model, sequence) for sequence in request["sequences"]]
        for i, term in enumerate(loss["terms"]):
            if term["kind"] == "pairwise":
                terms[i] = pair_value(term, scores, request["sequences"], loss["normalisation"].get("denominator"))
        weights = token_weights(loss["normalisation"], request["sequences"])
        for (logp, entropy), sequence, weight in zip(scores, request["sequences"], weights):
            mask = torch.tensor(sequence["mask_T"], dtype=logp.dtype)
            for i, term in enumerate(loss["terms"]):
                if term["kind"] == "pairwise":
                    continue
                terms[i] = terms[i] + weight * (mask * term_values(term, logp, entropy, sequence)).sum()
            tokens.append({"logprobs_T": logp.tolist(), "entropies_T": entropy.tolist()})
        total = sum(term["weight"] * value for term, value in zip(loss["terms"], terms))
        total.backward()
        save_file({name: p.grad.float().contiguous() for name, p in model.named_parameters()}, file)
        answers.append({"loss": total.item(), "termValues": [value.item() for value in terms], "tokens": tokens})
    return answers


def head_logits(model, sequence):
    """Of both classes, at the completion's tokens."""
    ids = torch.tensor([sequence["prompt"] + sequence["completion"]])
    return model(ids).logits[0, len(sequence["prompt"]):]


def reward_heads(request):
    """Log-odds of the second class at every completion token, by transformers' own class for such models."""
    model = load(request["folder"], kind=AutoModelForTokenClassification, without=request["without"])
    with torch.no_grad():
        return [(logits[:, 1] - logits[:, 0]).tolist() for logits in (head_logits(model, s) for s in request["sequences"])]


def head_gradients(request):
    """As `gradients`, of one loss on the reward head: cross-entropy of two classes, or squared error of their difference."""
    model = load_in_double(request["folder"], kind=AutoModelForTokenClassification)
    losses = []
    for sequence in request["sequences"]:
        logits = head_logits(model, sequence)
        for t, kept in enumerate(sequence["mask_T"]):
            target = sequence[{"stepReward": "stepLabels_T", "valueRegression": "returns_T"}[request["kind"]]][t]
            if not kept or target is None:
                continue
            if request["kind"] == "stepReward":
                losses.append(torch.nn.functional.cross_entropy(logits[t], torch.tensor([1 - target, target], dtype=logits.dtype)))
            else:
                losses.append((logits[t, 1] - logits[t, 0] - target) ** 2 / 2)
    total = torch.stack(losses).mean()
    total.backward()
    grads = {name: p.grad.float() for name, p in model.named_parameters()}
    # The engine's head is the difference of the two rows.
    grads = {name: grad[1:] if name.startswith("score.") else grad for name, grad in grads.items()}
    save_file({name: grad.contiguous() for name, grad in grads.items()}, request["file"])
    return total.item()


def optimizer_of(parameters, step):
    if step["name"] == "sgd":
        return torch.optim.SGD(parameters, lr=step["learningRate"], weight_decay=step["weightDecay"])
    return torch.optim.AdamW(
        parameters, lr=step["learningRate"], betas=(step["beta1"], step["beta2"]), eps=step["epsilon"], weight_decay=step["weightDecay"])


def optimiser(request):
    """Parameters, by name, after steps in float64 with given gradients; with the norm before clipping of each step."""
    parameters = {name: torch.nn.Parameter(torch.tensor(values, dtype=torch.float64)) for name, values in request["parameters"].items()}
    optimizer, norms = optimizer_of(parameters.values(), request["steps"][0]), []
    for step, gradient in zip(request["steps"], request["gradients"]):
        optimizer.param_groups[0]["lr"] = step["learningRate"]
        for name, parameter in parameters.items():
            parameter.grad = torch.tensor(gradient[name], dtype=torch.float64)
        norms.append(torch.nn.utils.clip_grad_norm_(parameters.values(), step["maxGradNorm"] or float("inf")).item())
        optimizer.step()
    return {"parameters": {name: p.tolist() for name, p in parameters.items()}, "norms": norms}


def encode(request):
    """What the tokenizer of a folder makes of texts, and back."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(request["folder"])
    ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in request["texts"]]
    return {"ids": ids, "eos": tokenizer.eos_token_id, "size": len(tokenizer), "texts": [tokenizer.decode(i, skip_special_tokens=True) for i in ids]}


def chats(request):
    """Conversations through the chat template of a folder, with variables of it."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(request["folder"])
    return [
        tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, **request["kwargs"])
        for messages in request["conversations"]]


def unknown_words(request):
    """Which of the texts the tokenizer of a folder rejects."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(request["folder"])

    def rejects(text):
        try:
            tokenizer(text)
        except Exception:
            return True
        return False

    return [rejects(text) for text in request["texts"]]


def ready(_request):
    return torch.__version__


AGREEMENT = (agreement.kappa, agreement.alpha, agreement.first_error_f1, agreement.span_f1)
COMMANDS = {f.__name__: f for f in (ready, make_model, logits, gradients, reward_heads, head_gradients, optimiser, encode, chats, unknown_words, *AGREEMENT)}


def serve():
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": COMMANDS[request["command"]](request)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve()
