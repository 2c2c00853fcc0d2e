import json

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import AutoTokenizer

from rollout_lab.models.begin_of_text import begin_of_text_tokens
from rollout_lab.models.description import TOKENIZER, TOKENIZER_CONFIG, Description
from rollout_lab.models.tokenizer import begin_of_text, make_tokenizer

WORDS = {"<s>": 0, "</s>": 1, "a": 2, "<unk>": 3}
SPECIAL = [("<s>", 0), ("</s>", 1)]


def template(single):
    return processors.TemplateProcessing(single=single, special_tokens=SPECIAL)


PROCESSORS = {
    "none": None,
    "bytes": processors.ByteLevel(trim_offsets=False),
    "begins": template("<s> $A"),
    "ends": template("$A </s>"),
    "both": template("<s> $A </s>"),
    "several": processors.Sequence([processors.ByteLevel(trim_offsets=False), template("<s> $A")]),
    "two templates": processors.Sequence([template("<s> $A"), template("</s> $A")]),
    "roberta": processors.RobertaProcessing(("</s>", 1), ("<s>", 0)),
    "bert": processors.BertProcessing(("</s>", 1), ("<s>", 0))
}


@pytest.mark.parametrize("name", PROCESSORS)
def test_is_what_transformers_puts_before_a_text(tmp_path, name):
    tokenizer = Tokenizer(models.WordLevel(WORDS, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(["<s>", "</s>"])
    if PROCESSORS[name] is not None:
        tokenizer.post_processor = PROCESSORS[name]
    tokenizer.save(str(tmp_path / TOKENIZER))
    (tmp_path / TOKENIZER_CONFIG).write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "unk_token": "<unk>"}))
    theirs = AutoTokenizer.from_pretrained(tmp_path)("a").input_ids
    files = {each: (tmp_path / each).read_bytes() for each in (TOKENIZER, TOKENIZER_CONFIG)}
    ours = make_tokenizer(str(tmp_path), Description({}, files))
    assert begin_of_text(ours) == theirs[:theirs.index(WORDS["a"])]


@pytest.mark.parametrize("broken", [None, [], "x", {"type": "Sequence", "processors": 3}, {"type": "TemplateProcessing", "single": [3, {"SpecialToken": 4}, {"Sequence": {}}]}])
def test_reads_nothing_from_what_is_no_processor(broken):
    assert begin_of_text_tokens(broken) == []
